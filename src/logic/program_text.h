#ifndef F2F_LOGIC_PROGRAM_TEXT_H
#define F2F_LOGIC_PROGRAM_TEXT_H

/* Words of the readable form, by enum fact_form and enum comparison_kind. */
extern const char *const program_forms[];
extern const char *const program_kinds[];

/* What a name has to be quoted for, besides a space at an end. */
#define PROGRAM_RESERVED ",()/@#?\"\\\r\n\t\v\f"

#endif
