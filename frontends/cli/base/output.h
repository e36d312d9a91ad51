/* output.h: the only door to standard output and standard error for the command line (tests/tidy). Names, paths, tags
 * and errors are foreign text: none may control a terminal or begin a line. One thread. */
#ifndef LOOPHOLE_FRONTENDS_CLI_OUTPUT_H
#define LOOPHOLE_FRONTENDS_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/err.h"

struct cli;
struct argp;

/* Call it first. Opens /dev/null for closed descriptors among 0 to 2, so that no file of ours gets their numbers. At
 * exit, help text that could not be written ends the process with `full` or `io`. */
void output_begin(void);

/* The descriptors of standard output and standard error. */
enum { OUTPUT_RESULTS = 1, OUTPUT_REMARKS = 2 };

/* Writes bytes that are safe already, such as the output of another process of this command. False: errno has the
 * reason. */
bool output_write(int fd, const void *bytes, size_t len);

/* Prints into `to`. Each text (%s, %.*s, %c) is written in the form of text_shown, so a line feed in it becomes "\x0a".
 * A width counts characters, a precision counts bytes. Conversions: d u x f e g s c, with l, ll and z. */
void cli_print(struct buffer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints a path as one word of a shell: in quotes, if a shell would read it otherwise. */
void cli_print_word(struct buffer *to, struct bytes path);

/* Writes `text` and a space, cut or padded to `width` characters. */
void cli_column(struct buffer *to, struct text text, int width);

/* Prints and empties cli->out; lines end with '\n'. A failure is reported and ends the process: with `full` or `io`, or
 * silently by SIGPIPE if the reader of the pipe has ended (`| head`). */
void cli_flush(struct cli *cli);

bool cli_is_terminal(void); /* True if standard output is one. */

/* Prints once; with --watch again every `interval` microseconds until an error. On a terminal each output overwrites
 * the last; as JSON or into a pipe it follows it. */
enum err cli_show(struct cli *cli, enum err (*print)(struct cli *cli, struct fault *fault), usec_t interval,
                  struct fault *fault);

void cli_dot(struct cli *cli, uint32_t color); /* on a terminal: appends a round dot, 0xRRGGBB, to `out` */

/* Replaces the last line of the terminal on standard error or output; NULL: empties it. Does nothing without a
 * terminal. */
void cli_status_line(bool of_error, struct buffer *line);

/* Prints a fault on standard error: with its hint for people, or as a line of JSON. */
void cli_report(bool json, const struct fault *fault);

/* Appends a fault as an object of JSON, without a line feed. */
void cli_error(struct buffer *line, const struct fault *fault);

/* Prints a line on standard error: a remark, neither a result nor a failure. */
void cli_remark(struct buffer *line);

void cli_help(const struct argp *argp, char *name); /* on standard output */

#endif
