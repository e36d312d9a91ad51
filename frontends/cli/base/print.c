/* print.c: cli_print and cli_column (output.h). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "frontends/cli/base/output.h"

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
