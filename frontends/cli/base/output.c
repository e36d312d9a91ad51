#include "frontends/cli/base/output.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/cli/base/state.h"
#include "proto/wire/json_write.h"
#include "schema_cli.h"

/* One conversion: "%-8.3llu". */
struct conversion {
    bool left, zero, sign;
    int width, precision; /* -1: none */
    int longs;            /* number of l */
    bool size;            /* z */
    char letter;
};

static void add_spaces(struct buffer *to, int count)
{
    for (; count > 0; count--)
        buffer_add_text(to, " ");
}

/* Appends up to `most` characters of `text`; returns their number on the screen. */
static int add_shown(struct buffer *to, struct text text, int most)
{
    char shown[TEXT_SHOWN_MAX];
    int used = 0;

    for (uint32_t at = 0; at < text.len;) {
        uint32_t taken = text_shown((struct text){ text.len - at, text.at + at }, shown);
        int columns = (uint8_t)shown[0] < 0x80 ? (int)strlen(shown) : 1;
        if (used + columns > most)
            break;
        buffer_add_text(to, shown);
        used += columns;
        at += taken;
    }
    return used;
}

static void add_text(struct buffer *to, const struct conversion *c, struct text text)
{
    struct buffer shown = { 0 };
    int used = add_shown(&shown, text, INT32_MAX);

    add_spaces(to, c->left ? 0 : c->width - used);
    buffer_add(to, shown.at, shown.len);
    add_spaces(to, c->left ? c->width - used : 0);
    buffer_free(&shown);
}

void cli_column(struct buffer *to, struct text text, int width)
{
    add_spaces(to, width - add_shown(to, text, width) + 1);
}

static int read_number(const char **at, va_list *arguments)
{
    int number = 0;

    if (**at == '*') {
        ++*at;
        return va_arg(*arguments, int);
    }
    for (; **at >= '0' && **at <= '9'; ++*at)
        number = number * 10 + (**at - '0');
    return number;
}

static struct conversion read_conversion(const char **at, va_list *arguments)
{
    struct conversion c = { .precision = -1 };

    for (; **at && strchr("-0+ #", **at); ++*at) {
        c.left = c.left || **at == '-';
        c.zero = c.zero || **at == '0';
        c.sign = c.sign || **at == '+';
    }
    c.width = read_number(at, arguments);
    if (**at == '.') {
        ++*at;
        c.precision = read_number(at, arguments);
    }
    for (; **at == 'l' || **at == 'z'; ++*at) {
        c.longs += **at == 'l';
        c.size = **at == 'z';
    }
    c.letter = **at;
    *at += **at != '\0';
    return c;
}

static long long take_signed(const struct conversion *c, va_list *arguments)
{
    if (c->size)
        return va_arg(*arguments, ssize_t);
    return c->longs == 0   ? va_arg(*arguments, int)
           : c->longs == 1 ? va_arg(*arguments, long)
                           : va_arg(*arguments, long long);
}

static unsigned long long take_unsigned(const struct conversion *c, va_list *arguments)
{
    if (c->size)
        return va_arg(*arguments, size_t);
    return c->longs == 0   ? va_arg(*arguments, unsigned)
           : c->longs == 1 ? va_arg(*arguments, unsigned long)
                           : va_arg(*arguments, unsigned long long);
}

static void add_integer(struct buffer *to, const struct conversion *c, va_list *arguments)
{
    char digits[128];
    int width = c->left ? -c->width : c->width;
    int precision = c->zero && c->precision < 0 ? c->width : c->precision;

    if (c->letter == 'd')
        (void)snprintf(digits, sizeof(digits), "%*.*lld", width, precision, take_signed(c, arguments));
    else if (c->letter == 'x')
        (void)snprintf(digits, sizeof(digits), "%*.*llx", width, precision, take_unsigned(c, arguments));
    else
        (void)snprintf(digits, sizeof(digits), "%*.*llu", width, precision, take_unsigned(c, arguments));
    buffer_add_text(to, digits);
}

static void add_real(struct buffer *to, const struct conversion *c, va_list *arguments)
{
    char digits[400];
    int width = c->left ? -c->width : c->width;
    double value = va_arg(*arguments, double);

    if (c->sign && value >= 0)
        buffer_add_text(to, "+");
    (void)snprintf(digits, sizeof(digits),
                   c->letter == 'f'   ? "%*.*f"
                   : c->letter == 'e' ? "%*.*e"
                                      : "%*.*g",
                   width, c->precision, value);
    buffer_add_text(to, digits);
}

static void add_value(struct buffer *to, const struct conversion *c, va_list *arguments)
{
    const char *text;
    char letter;

    switch (c->letter) {
    case 's':
        text = va_arg(*arguments, const char *);
        text = text ? text : "";
        add_text(to, c,
                 (struct text){ (uint32_t)(c->precision < 0 ? strlen(text) : strnlen(text, (size_t)c->precision)),
                                text });
        return;
    case 'c':
        letter = (char)va_arg(*arguments, int);
        add_text(to, c, (struct text){ 1, &letter });
        return;
    case 'f':
    case 'e':
    case 'g':
        add_real(to, c, arguments);
        return;
    case '%':
        buffer_add_text(to, "%");
        return;
    default:
        add_integer(to, c, arguments);
    }
}

void cli_print(struct buffer *to, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (const char *at = format; *at;) {
        size_t literal = strcspn(at, "%");

        buffer_add(to, at, literal);
        at += literal;
        if (*at == '%') {
            struct conversion c;
            at++;
            c = read_conversion(&at, &arguments);
            add_value(to, &c, &arguments);
        }
    }
    va_end(arguments);
}

void cli_print_word(struct buffer *to, struct bytes path)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%";
    const struct text text = { path.len, (const char *)path.at };
    struct buffer word = { 0 };
    bool is_plain = text.len > 0;

    for (uint32_t i = 0; i < text.len; i++)
        is_plain = is_plain && text.at[i] && strchr(PLAIN, text.at[i]);
    buffer_add_text(&word, is_plain ? "" : "'");
    for (uint32_t i = 0; i < text.len; i++)
        if (text.at[i] == '\'')
            buffer_add_text(&word, "'\\''");
        else
            buffer_add(&word, &text.at[i], 1);
    buffer_add_text(&word, is_plain ? "" : "'");
    cli_print(to, "%s", buffer_c(&word));
    buffer_free(&word);
}

/* ---- descriptors ---- */

static bool wait_for_room(int fd)
{
    struct pollfd room = { .fd = fd, .events = POLLOUT };

    return errno == EINTR || ((errno == EAGAIN || errno == EWOULDBLOCK) && poll(&room, 1, -1) >= 0);
}

bool output_write(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && !wait_for_room(fd))
            return false;
        at += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* Ends like a program that does not ignore SIGPIPE. */
static void end_unread(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

static int report_unwritten(bool json, int number)
{
    struct fault fault = { 0 };

    if (number == EPIPE)
        end_unread();
    fault_errno(&fault, number == EDQUOT ? ERR_FULL : file_err(number), number,
                "the output is incomplete: cannot write it");
    cli_report(json, &fault);
    return err_exit_code(fault.code);
}

/* Help is printed by argp and stdio: this writes the rest of their buffer. */
static void finish_stdio(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        _exit(report_unwritten(false, errno));
}

void output_begin(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    atexit(finish_stdio);
}

/* Counts the plain bytes at the start: printable ASCII and line feeds. */
static size_t plain_length(const uint8_t *at, size_t len)
{
    size_t i = 0;

    while (i < len && ((at[i] >= 0x20 && at[i] < 0x7F) || at[i] == '\n' || at[i] == '\t'))
        i++;
    return i;
}

/* Text from cli_print is copied unchanged; a byte from elsewhere is written in shown form. */
static bool write_shown(int fd, const struct buffer *from)
{
    size_t at = 0;

    while (at < from->len) {
        char shown[TEXT_SHOWN_MAX];
        size_t plain = plain_length(from->at + at, from->len - at);

        if (plain > 0 && !output_write(fd, from->at + at, plain))
            return false;
        at += plain;
        if (at < from->len) {
            size_t left = from->len - at < UINT32_MAX ? from->len - at : UINT32_MAX;
            at += text_shown((struct text){ (uint32_t)left, (const char *)from->at + at }, shown);
            if (!output_write(fd, shown, strlen(shown)))
                return false;
        }
    }
    return true;
}

void cli_flush(struct cli *cli)
{
    if (!write_shown(STDOUT_FILENO, &cli->out))
        exit(report_unwritten(cli->options.json, errno));
    buffer_reset(&cli->out);
}

bool cli_is_terminal(void)
{
    return isatty(STDOUT_FILENO) != 0;
}

/* ---- our own control sequences ---- */

static void clear_screen(const struct cli *cli)
{
    static const char clear[] = "\033[H\033[J";

    if (cli_is_terminal() && !cli->options.json)
        (void)output_write(STDOUT_FILENO, clear, sizeof(clear) - 1);
}

enum err cli_show(struct cli *cli, enum err (*print)(struct cli *cli, struct fault *fault), usec_t interval,
                  struct fault *fault)
{
    enum err e;

    while ((e = print(cli, fault)) == ERR_OK && cli->options.watch) {
        clear_screen(cli);
        cli_flush(cli);
        clock_sleep(interval);
    }
    return e;
}

void cli_dot(struct cli *cli, uint32_t color)
{
    char dot[64];

    if (!cli_is_terminal())
        return;
    cli_flush(cli);
    (void)snprintf(dot, sizeof(dot), "\033[38;2;%u;%u;%um●\033[0m ", color >> 16 & 255, color >> 8 & 255, color & 255);
    (void)output_write(STDOUT_FILENO, dot, strlen(dot));
}

void cli_status_line(bool of_error, struct buffer *line)
{
    static const char again[] = "\r\033[K";
    int fd = of_error ? STDERR_FILENO : STDOUT_FILENO;

    if (!isatty(fd))
        return;
    (void)output_write(fd, again, sizeof(again) - 1);
    if (line)
        (void)write_shown(fd, line);
}

/* ---- errors ---- */

/* The sentences of patterns and songs begin with their own name. */
static bool is_sentence(const struct fault *fault)
{
    return *fault->what == '[';
}

void cli_error(struct buffer *line, const struct fault *fault)
{
    struct error_line error = {
        .error = text_of(err_name(fault->code)),
        .what = text_of(fault->what),
        .field = text_of(fault->field),
        .hint = text_of(fault->hint),
        .has_revision = fault->revision > 0,
        .revision = fault->revision,
        .has_message = is_sentence(fault),
        .message = text_of(fault->what),
    };

    json_write(&error_line_shape, &error, line);
}

/* A caret in a hint has its own line. */
static void report_words(struct buffer *line, const struct fault *fault)
{
    const bool in_place = strncmp(fault->what, fault->field, strlen(fault->field)) == 0; /* it begins the sentence */

    cli_print(line, "%s%s%s%s%s",
              is_sentence(fault) ? "" : "loophole: ", *fault->what ? fault->what : err_name(fault->code),
              in_place ? "" : " (field ", in_place ? "" : fault->field, in_place ? "" : ")");
    for (const char *at = fault->hint; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] != 0))
        cli_print(line, "\n  %.*s", (int)strcspn(at, "\n"), at);
}

void cli_report(bool json, const struct fault *fault)
{
    struct buffer line = { 0 };

    if (json)
        cli_error(&line, fault);
    else
        report_words(&line, fault);
    cli_remark(&line);
    buffer_free(&line);
}

void cli_remark(struct buffer *line)
{
    buffer_add_text(line, "\n");
    (void)write_shown(STDERR_FILENO, line);
}

/* argp's help contains only our tables, and the name is the command's. */
void cli_help(const struct argp *argp, char *name)
{
    argp_help(argp, stdout, ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}
