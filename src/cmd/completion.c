#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

/* A script for bash, written from the same tables as the help. What only a machine knows (runs,
 * models, sets) is asked of f2f when it is wanted. */

static const char queries[] = "src/store/queries/";

/* What stands behind an option, by its name in all commands alike: words of `f2f …`, or files. */
static const struct {
	const char *option;
	const char *words; // of the shell; NULL: files
} values[] = {
	{"backend", "$(f2f list backends 2>/dev/null | cut -d' ' -f1)"},
	{"config", NULL},
	{"db", NULL},
	{"env-file", NULL},
	{"lean", NULL},
	{"lean-project", NULL},
	{"model", "$(f2f list models 2>/dev/null | sed 's/[ …].*//') builtin/gold builtin/tactics "
		  "builtin/efficient builtin/exhaustive"},
	{"prompt", "$(f2f list prompts 2>/dev/null | cut -d' ' -f1)"},
	{"split", "$(f2f list splits 2>/dev/null | cut -d' ' -f1)"},
	{"statements", "$(f2f list splits 2>/dev/null | cut -d' ' -f1)"},
};

/* What a command's arguments may be. */
static const struct {
	const char *command;
	const char *words;
} arguments[] = {
	{"cache", "list prune"},
	{"completion", "bash"},
	{"generate", "words"},
	{"lean", "list setup"},
	{"list", "splits models prompts protocols backends judges"},
	{"pull", "$(f2f list splits 2>/dev/null | cut -d' ' -f1)"},
	{"report", "latest $(f2f runs 2>/dev/null | sed -n '2,30s/ .*//p')"},
	{"show", "latest $(f2f runs 2>/dev/null | sed -n '2,30s/ .*//p')"},
	{"verify", "latest $(f2f runs 2>/dev/null | sed -n '2,30s/ .*//p')"},
};

/* "auto|on|off": words that are meant as they stand. */
static bool is_choice(const char *value) {
	return value != NULL && strchr(value, '|') != NULL &&
	       strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789:-|") == strlen(value);
}

static void print_pattern(const char *command, const struct option *row) {
	printf("\t'%s --%s'", command, row->name);
	if (row->letter != 0) {
		printf("|'%s -%c'", command, row->letter);
	}
	fputs(") ", stdout);
}

static void print_values(const char *command, const struct option *row) {
	if (row->kind == OPTION_FLAG) {
		return;
	}
	print_pattern(command, row);
	for (size_t i = 0; i < F2F_COUNT(values); i++) {
		if (strcmp(values[i].option, row->name) == 0) {
			printf(values[i].words != NULL ? "words=\"%s\" ;;\n" : "return ;;\n",
				values[i].words);
			return;
		}
	}
	if (is_choice(row->value)) {
		fputs("words='", stdout);
		for (const char *c = row->value; *c != '\0'; c++) {
			putchar(*c == '|' ? ' ' : *c);
		}
		fputs("' ;;\n", stdout);
	} else {
		fputs(row->value != NULL && strstr(row->value, "FILE") != NULL ? "return ;;\n"
									       : "words= ;;\n",
			stdout);
	}
}

static void print_options(const struct option *rows) {
	for (; rows != NULL && rows->name != NULL; rows++) {
		printf(" --%s", rows->name);
	}
}

static void print_command(const struct command *command) {
	for (const struct option *row = command->options; row != NULL && row->name != NULL; row++) {
		print_values(command->name, row);
	}
	for (const struct option *row = options_global; row->name != NULL; row++) {
		print_values(command->name, row);
	}
	printf("\t'%s '*)\n\t\tcase $cur in\n\t\t-*) words='", command->name);
	print_options(command->options);
	print_options(options_global);
	fputs("' ;;\n", stdout);
	for (size_t i = 0; i < F2F_COUNT(arguments); i++) {
		if (strcmp(arguments[i].command, command->name) == 0) {
			printf("\t\t*) words=\"%s\" ;;\n", arguments[i].words);
		}
	}
	if (strcmp(command->name, "help") == 0) {
		fputs("\t\t*) words=$commands ;;\n", stdout);
	}
	if (strcmp(command->name, "query") == 0) {
		fputs("\t\t*) words='", stdout);
		const struct asset *asset;
		for (size_t i = 0; (asset = asset_at(i)) != NULL; i++) {
			if (str_starts_with(asset->path, queries)) {
				const char *name = asset->path + strlen(queries);
				printf(" %.*s", (int)(strlen(name) - strlen(".sql")), name);
			}
		}
		fputs("' ;;\n", stdout);
	}
	fputs("\t\tesac ;;\n", stdout);
}

static void print_script(void) {
	const struct command *command;
	fputs("# f2f for bash: source <(f2f completion)\n_f2f() {\n\tlocal commands='", stdout);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		printf("%s%s", i > 0 ? " " : "", command->name);
	}
	fputs("'\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal command= words= word\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tcase \" $commands \" in *\" $word \"*) command=$word; break ;; esac\n"
	      "\tdone\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase \"$command $prev\" in\n",
		stdout);
	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		print_command(command);
	}
	fputs("\t*) words=\"$commands", stdout);
	print_options(options_global);
	fputs("\" ;;\n"
	      "\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "}\n"
	      "complete -o default -F _f2f f2f\n",
		stdout);
}

static int run(struct options *given, struct error *err) {
	const char *shell = option_argument(given, 0);
	int rc = option_arguments_end(given, 1, err);
	if (rc == 0 && shell != NULL && strcmp(shell, "bash") != 0) {
		rc = error_set(err, ERROR_USAGE,
			"no completion for %s: there is bash's, and zsh reads it after "
			"bashcompinit",
			shell);
	}
	if (rc == 0) {
		print_script();
	}
	return rc;
}

const struct command cmd_completion = {
	.name = "completion",
	.synopsis = "[bash]",
	.summary = "a script that completes f2f's commands and options in bash",
	.about = "Prints a script for bash: commands, options, their values, runs, models and "
		 "problem sets. In zsh it works after \"autoload -U bashcompinit; bashcompinit\".\n"
		 "\n"
		 "Examples:\n"
		 "  source <(f2f completion)\n"
		 "  f2f completion > ~/.local/share/bash-completion/completions/f2f\n"
		 "  f2f completion bash\n",
	.run = run,
};
