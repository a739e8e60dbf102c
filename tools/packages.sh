# Sourced by quickstart and check: what has to be installed, and installing what is missing.

build_packages="bubblewrap gcc git libarchive-dev libcurl4-openssl-dev libgit2-dev libinih-dev libjansson-dev libpopt-dev
libsqlite3-dev libssl-dev libuv1-dev meson ninja-build pkg-config python3 uthash-dev zlib1g-dev ca-certificates"
# Only tests/bench/eval.py wants these, to compare with; ./check does without.
# shellcheck disable=SC2034
bench_packages="python3-aiohttp python3-httpx"
test_packages="bash binutils check clang curl libclang-rt-14-dev lighttpd nghttp2-proxy openssh-client openssh-server openssl procps
scdoc sqlite3"

# install_packages NAME...: only what dpkg does not have; quiet when that is nothing.
install_packages() {
	missing=""
	for package in "$@"; do
		if [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
			missing="$missing $package"
		fi
	done
	if [ -z "$missing" ]; then
		return 0
	fi
	if ! command -v apt-get >/dev/null; then
		echo "this is not a Debian system; install by hand:$missing" >&2
		return 1
	fi
	sudo=""
	if [ "$(id -u)" -ne 0 ]; then
		sudo="sudo"
	fi
	echo "installing:$missing"
	# An old package list may name versions that are gone: fetch a new one, but only when something is missing.
	# shellcheck disable=SC2086
	if ! { $sudo apt-get update -qq &&
		$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
		>/tmp/f2f-apt.$$ 2>&1 </dev/null; then
		tail -n 20 /tmp/f2f-apt.$$ >&2
		echo "installing failed; see above, or install by hand:$missing" >&2
		return 1
	fi
	rm -f /tmp/f2f-apt.$$
}
