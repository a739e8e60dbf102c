-- What an endpoint was found to be able to do, for one model: by f2f doctor, and from what it refused.
CREATE TABLE endpoint_capability (
	url TEXT NOT NULL,
	model TEXT NOT NULL,
	capabilities TEXT NOT NULL,
	updated_ns INTEGER NOT NULL,
	PRIMARY KEY (url, model)
) STRICT, WITHOUT ROWID;
