#include "base/buf.h"
#include "base/str.h"

/* Length of the well-formed sequence at `bytes` (1 to 4), or 0. After table 3-7 of the Unicode
 * standard. */
static size_t sequence_length(const unsigned char *bytes, size_t left) {
	unsigned char first = bytes[0];
	if (first < 0x80) {
		return 1;
	}
	size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || left < length) {
		return 0;
	}
	unsigned char low = 0x80, high = 0xbf;
	switch (first) {
	case 0xe0:
		low = 0xa0;
		break;
	case 0xed:
		high = 0x9f;
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4:
		high = 0x8f;
		break;
	default:
		break;
	}
	if (bytes[1] < low || bytes[1] > high) {
		return 0;
	}
	for (size_t i = 2; i < length; i++) {
		if (bytes[i] < 0x80 || bytes[i] > 0xbf) {
			return 0;
		}
	}
	return length;
}

bool utf8_valid(const char *bytes, size_t length, size_t *bad_out) {
	for (size_t i = 0; i < length;) {
		size_t step = sequence_length((const unsigned char *)bytes + i, length - i);
		if (step == 0) {
			if (bad_out != NULL) {
				*bad_out = i;
			}
			return false;
		}
		i += step;
	}
	return true;
}

size_t utf8_repair(struct buf *out, const char *bytes, size_t length) {
	size_t repairs = 0;
	size_t start = 0;
	for (size_t i = 0; i < length;) {
		size_t step = sequence_length((const unsigned char *)bytes + i, length - i);
		if (step > 0) {
			i += step;
			continue;
		}
		buf_append(out, bytes + start, i - start);
		buf_append_str(out, "\xef\xbf\xbd");
		repairs++;
		i++;
		start = i;
	}
	buf_append(out, bytes + start, length - start);
	return repairs;
}

uint32_t utf8_next(const char **cursor, const char *end) {
	const unsigned char *bytes = (const unsigned char *)*cursor;
	size_t length = sequence_length(bytes, (size_t)(end - *cursor));
	*cursor += length > 0 ? length : 1;
	switch (length) {
	case 1:
		return bytes[0];
	case 2:
		return (uint32_t)(bytes[0] & 0x1f) << 6 | (bytes[1] & 0x3f);
	case 3:
		return (uint32_t)(bytes[0] & 0x0f) << 12 | (uint32_t)(bytes[1] & 0x3f) << 6 |
		       (bytes[2] & 0x3f);
	case 4:
		return (uint32_t)(bytes[0] & 0x07) << 18 | (uint32_t)(bytes[1] & 0x3f) << 12 |
			(uint32_t)(bytes[2] & 0x3f) << 6 | (bytes[3] & 0x3f);
	default:
		return 0xfffd;
	}
}

void utf8_append(struct buf *out, uint32_t code_point) {
	char bytes[4];
	size_t length = 0;
	if (code_point < 0x80) {
		bytes[length++] = (char)code_point;
	} else if (code_point < 0x800) {
		bytes[length++] = (char)(0xc0 | code_point >> 6);
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	} else if (code_point < 0x10000) {
		bytes[length++] = (char)(0xe0 | code_point >> 12);
		bytes[length++] = (char)(0x80 | (code_point >> 6 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	} else {
		bytes[length++] = (char)(0xf0 | code_point >> 18);
		bytes[length++] = (char)(0x80 | (code_point >> 12 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point >> 6 & 0x3f));
		bytes[length++] = (char)(0x80 | (code_point & 0x3f));
	}
	buf_append(out, bytes, length);
}
