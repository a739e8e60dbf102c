#include "report/report.h"

#include <string.h>

#include "base/mem.h"
#include "report/list.h"

const struct report_format *report_format_find(const char *name) {
	for (size_t i = 0; i < F2F_COUNT(formats); i++) {
		if (strcmp(formats[i]->name, name) == 0) {
			return formats[i];
		}
	}
	return NULL;
}
