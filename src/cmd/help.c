#include "cmd/help.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "cmd/options.h"
#include "cmd/version.h"
#include "io/term.h"

enum {
	COLUMNS = 80,
	OPTION_COLUMN = 28, // where the text about an option begins
	TEXT_MAX = 1 << 16,
};

const char *build_version(void) {
	return F2F_VERSION;
}

const char *build_commit(void) {
	return F2F_COMMIT;
}

void help_version(FILE *out) {
	fprintf(out, "f2f %s (%s)\n", build_version(), build_commit());
}

/**
 * Words in lines of at most COLUMNS, the first of which begins at column `at`, the others at
 * `indent`.
 */
static void wrap(FILE *out, const char *text, int at, int indent) {
	bool first = true;
	while (*text != '\0') {
		size_t length = strcspn(text, " \n");
		char word[256];
		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		int width = term_columns(word);
		if (!first && at + 1 + width > COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		} else if (!first) {
			fputc(' ', out);
			at++;
		}
		fputs(word, out);
		at += width;
		first = false;
		text += length;
		text += strspn(text, " \n");
	}
	fputc('\n', out);
}

/** Paragraphs are filled; a line that begins with a space (an example, a list) stays as it is. */
static void print_about(FILE *out, const char *about) {
	struct str rest = str_of(about), line;
	struct buf paragraph = BUF_INIT(TEXT_MAX);
	bool more = true;
	while (more) {
		more = str_next_line(&rest, &line);
		bool kept = more && line.len > 0 && line.data[0] == ' ';
		if (more && !kept && line.len > 0) {
			buf_appendf(
				&paragraph, "%s%.*s", paragraph.len > 0 ? " " : "", STR_ARG(line));
			continue;
		}
		if (paragraph.len > 0) {
			wrap(out, buf_str(&paragraph), 0, 0);
			buf_clear(&paragraph);
		}
		if (more) {
			fprintf(out, "%.*s\n", STR_ARG(line));
		}
	}
	buf_finish(&paragraph);
}

static void print_option(FILE *out, const struct option *option) {
	struct buf head = BUF_INIT(TEXT_MAX);
	if (option->letter != 0) {
		buf_appendf(&head, "  -%c, --%s", option->letter, option->name);
	} else {
		buf_appendf(&head, "      --%s", option->name);
	}
	if (option->value != NULL) {
		buf_appendf(&head, " %s", option->value);
	}
	int at = term_columns(buf_str(&head));
	fputs(buf_str(&head), out);
	// Out of its column, but on one line: a screen holds more of them.
	if (at + 2 > OPTION_COLUMN && at + 2 + term_columns(option->help) <= COLUMNS) {
		fprintf(out, "  %s\n", option->help);
		buf_finish(&head);
		return;
	}
	if (at + 2 > OPTION_COLUMN) {
		fputc('\n', out);
		at = 0;
	}
	fprintf(out, "%*s", OPTION_COLUMN - at, "");
	wrap(out, option->help, OPTION_COLUMN, OPTION_COLUMN);
	buf_finish(&head);
}

static void print_global(FILE *out) {
	for (const struct option *option = options_global; option->name != NULL; option++) {
		print_option(out, option);
	}
}

/* Those that are rarely needed, by name. */
static void print_rare(FILE *out, const struct command *command) {
	struct buf line = BUF_INIT(TEXT_MAX);
	for (const struct option *option = command->options; option->name != NULL; option++) {
		if (option->rare) {
			if (line.len == 0) {
				buf_appendf(
					&line, "\"f2f help %s --all\" also shows", command->name);
			}
			buf_appendf(&line, " --%s", option->name);
		}
	}
	if (line.len > 0) {
		fputc('\n', out);
		wrap(out, buf_str(&line), 0, 0);
	}
	buf_finish(&line);
}

static void print_options(FILE *out, const struct command *command, bool all) {
	fputs("\nOptions:\n", out);
	for (const struct option *option = command->options; option->name != NULL; option++) {
		if (all || !option->rare) {
			print_option(out, option);
		}
	}
	if (!all) {
		print_rare(out, command);
	}
}

void help_command(FILE *out, const struct command *command, bool all) {
	struct buf usage = BUF_INIT(TEXT_MAX);
	buf_appendf(&usage, "Usage: f2f %s %s", command->name, command->synopsis);
	wrap(out, buf_str(&usage), 0, (int)strlen("Usage: f2f  ") + (int)strlen(command->name));
	buf_finish(&usage);
	fputc('\n', out);
	print_about(out, command->about);
	if (command->options != NULL && command->options->name != NULL) {
		print_options(out, command, all);
	}
	fputs("\n\"f2f help\" shows the options of every command: --db, --config, --color …\n",
		out);
}

void help_main(FILE *out) {
	fputs("Usage: f2f COMMAND [options]\n\n", out);
	wrap(out,
		"Evaluates language models on formal mathematics: asks them for Lean proofs, "
		"checks every proof with Lean 4, stores everything, reports scores.",
		0, 0);
	fputs("\nCommands:\n", out);
	for (size_t i = 0; command_at(i) != NULL; i++) {
		fprintf(out, "  %-14s", command_at(i)->name);
		wrap(out, command_at(i)->summary, 16, 16);
	}
	fputs("\nOptions of every command:\n", out);
	print_global(out);
	fputc('\n', out);
	wrap(out,
		"Every option has a variable (--max-retries: F2F_MAX_RETRIES) and a key in f2f.ini "
		"(max-retries = 3). \"f2f help COMMAND\" says more.",
		0, 0);
	fputs("\nExamples:\n"
	      "  f2f pull v2s\n"
	      "  f2f eval --model builtin/tactics --split demo\n"
	      "  f2f help eval\n",
		out);
}

static int run(struct options *options, struct error *err) {
	const char *name = option_argument(options, 0);
	if (name == NULL) {
		help_main(stdout);
		return 0;
	}
	if (option_argument(options, 1) != NULL) {
		return error_set(err, ERROR_USAGE, "help takes one command");
	}
	const struct command *command = NULL;
	int rc = command_need(name, &command, err);
	if (rc == 0) {
		help_command(stdout, command, option_flag(options, "all"));
	}
	return rc;
}

static const struct option options_help[] = {
	{"all", 'a', OPTION_FLAG, NULL, "also the options that are rarely needed"},
	{0},
};

const struct command cmd_help = {
	.name = "help",
	.synopsis = "[COMMAND] [--all]",
	.summary = "what f2f can do, or what one command does",
	.about = "Lists the commands, or shows how one of them is used. \"f2f COMMAND --help\" is "
		 "the same.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f help\n"
		 "  f2f help list\n"
		 "  f2f help eval --all\n",
	.options = options_help,
	.run = run,
};
