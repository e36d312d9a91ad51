/* output.h: the one door to standard output and standard error. No other file of the command line writes there
 * (tests/tidy). Names, paths, tags and errors come from others: nothing of them steers a terminal or begins a line.
 * One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_OUTPUT_H
#define LOOPHOLE_FRONTENDS_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/err.h"

struct cli;
struct argp;

/* Call first. Descriptors 0 to 2 that are closed are opened on /dev/null, so that no file of ours gets their number.
 * At exit, help text that could not be written ends the process with `full` or `io`. */
void output_begin(void);

/* As printf, into `to`, but each text (%s, %.*s, %c) is written as text_shown shows it: a line's end within it is
 * "\x0a". A width counts characters, not bytes; a precision counts bytes. Conversions: d u x f e g s c, with l, ll
 * and z. */
void cli_print(struct buffer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `text` and a space, cut or filled to `width` characters. */
void cli_column(struct buffer *to, struct text text, int width);

/* Prints and empties cli->out; lines end with '\n'. When that fails it reports why and ends the process: exit code
 * `full` or `io`, or silently by SIGPIPE when the reader of the pipe has ended (`| head`). */
void cli_flush(struct cli *cli);

bool cli_is_terminal(void); /* standard output */

/* Prints once; with --watch again every `interval` microseconds, until an error: on a terminal over what was there, as
 * JSON or into a pipe line after line. */
enum err cli_show(struct cli *cli, enum err (*print)(struct cli *cli, struct fault *fault), usec_t interval,
                  struct fault *fault);

void cli_dot(struct cli *cli, uint32_t color); /* on a terminal: a round dot, 0xRRGGBB, after what `out` holds */

/* Replaces the last line of the terminal, of standard error or output; NULL: empties it. Nothing when it is none. */
void cli_status_line(bool of_error, struct buffer *line);

/* One fault on standard error: for people with its hint, or as a line of JSON. */
void cli_report(bool json, const struct fault *fault);

/* A line on standard error: a remark that is neither a result nor a failure. */
void cli_remark(struct buffer *line);

void cli_help(const struct argp *argp, char *name); /* on standard output */

#endif
