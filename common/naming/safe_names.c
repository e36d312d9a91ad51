#include "common/naming/safe_names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"
#include "common/naming/fold.h"

static struct text last_part(struct bytes path)
{
    const uint8_t *at = path.len ? memrchr(path.at, '/', path.len) : NULL;
    uint32_t from = at ? (uint32_t)(at - path.at) + 1 : 0;

    return (struct text){ path.len - from, path.len ? (const char *)path.at + from : "" };
}

/* The length of the name without its extension, which has at most 16 bytes. */
static uint32_t stem_length(struct text name)
{
    char extension[TEXT_EXTENSION_SIZE];
    uint32_t len = (uint32_t)strlen(text_extension(bytes_of(name.at, name.len), extension));

    return len ? name.len - len - 1 : name.len;
}

/* ---- one name ---- */

/* True for "1" to "9", "0", and the three superscript digits, which Windows takes for digits. */
static bool is_port(const char *at, size_t len)
{
    return (len == 1 && *at >= '0' && *at <= '9') ||
           (len == 2 && (memcmp(at, "¹", 2) == 0 || memcmp(at, "²", 2) == 0 || memcmp(at, "³", 2) == 0));
}

/* Device names of Windows, with any extension, and with blanks before it. */
static bool is_device(const char *name)
{
    static const char *const devices[] = { "con", "prn", "aux", "nul", "conin$", "conout$", "clock$" };
    size_t len = strcspn(name, ".");

    while (len > 0 && name[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
        if (len == strlen(devices[i]) && strncasecmp(name, devices[i], len) == 0)
            return true;
    return len > 3 && (strncasecmp(name, "com", 3) == 0 || strncasecmp(name, "lpt", 3) == 0) &&
           is_port(name + 3, len - 3);
}

/* Appends the characters, each bad one as "_", while they fit below `most`. Returns the new length. */
static uint32_t add_portable(char to[SAFE_NAME_SIZE], uint32_t len, uint32_t most, struct text from)
{
    char repaired[SAFE_NAME_SIZE * 2];
    struct text rest = { text_repair(repaired, sizeof(repaired), from), repaired };
    uint32_t size;

    for (; (size = text_character(rest)) > 0; rest = (struct text){ rest.len - size, rest.at + size }) {
        bool is_bad = text_steers(rest) || *rest.at == '\0' || strchr("/\\:*?\"<>|", *rest.at);
        if (len + (is_bad ? 1 : size) > most)
            break;
        memcpy(to + len, is_bad ? "_" : rest.at, is_bad ? 1 : size);
        len += is_bad ? 1 : size;
    }
    return len;
}

void safe_name_write(struct text name, char to[SAFE_NAME_SIZE])
{
    uint32_t stem = stem_length(name), ending = name.len - stem;
    uint32_t len = add_portable(to, 0, SAFE_NAME_MOST - ending, (struct text){ stem, name.at });

    len = add_portable(to, len, SAFE_NAME_MOST, (struct text){ ending, ending ? name.at + stem : "" });
    to[len] = '\0';
    for (uint32_t i = len; i > 0 && strchr(" .", to[i - 1]); i--) /* Windows drops them */
        to[i - 1] = '_';
    if (len == 0)
        (void)strcpy(to, "_");
    if (strchr(".-", to[0])) /* hidden, or an option to programs */
        to[0] = '_';
    if (is_device(to)) {
        memmove(to + 1, to, strlen(to) + 1);
        to[0] = '_';
    }
}

/* ---- names that differ ---- */

/* Adds a Korean syllable as its letters, as a disk of a Mac has it. False: it is none. */
static bool add_syllable(struct buffer *to, uint32_t c)
{
    enum { FIRST = 0xAC00, LAST = 0xD7A3, VOWELS = 21, FINALS = 28 };
    uint32_t at = c - FIRST;
    char utf8[4];

    if (c < FIRST || c > LAST)
        return false;
    buffer_add(to, utf8, fold_write(0x1100 + at / (VOWELS * FINALS), utf8));
    buffer_add(to, utf8, fold_write(0x1161 + at / FINALS % VOWELS, utf8));
    if (at % FINALS)
        buffer_add(to, utf8, fold_write(0x11A7 + at % FINALS, utf8));
    return true;
}

/* Some file systems ignore these when they compare names: joiners, marks of direction, byte order marks. */
static bool is_ignored(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xAD;
}

/* Signs that are letters to a file system: ohm, kelvin, angstrom. */
static uint32_t letter_of_sign(uint32_t c)
{
    return c == 0x2126 ? 0x3C9 : c == 0x212A ? 'k' : c == 0x212B ? 'a' : c;
}

/* The number of the name and its twins. 0: they are free. */
static uint32_t *number_of_name(struct safe_names *names, struct text name)
{
    struct buffer folded = { 0 };
    char utf8[4];
    uint32_t *number;

    for (uint32_t i = 0, len; i < name.len; i += len) {
        uint32_t c = letter_of_sign(fold_character((struct text){ name.len - i, name.at + i }, &len));
        if (!is_ignored(c) && !add_syllable(&folded, c))
            buffer_add(&folded, utf8, fold_write(c, utf8));
    }
    number = id_table_number(&names->taken, id_of_bytes(folded.at, folded.len));
    buffer_free(&folded);
    return number;
}

void safe_names_take(struct safe_names *names, struct text name)
{
    *number_of_name(names, name) = 1;
}

bool safe_names_has(struct safe_names *names, struct text name)
{
    return *number_of_name(names, name) > 0;
}

void safe_names_choose(struct safe_names *names, struct bytes path, char to[SAFE_NAME_SIZE])
{
    char safe[SAFE_NAME_SIZE];
    uint32_t number, stem;

    safe_name_write(last_part(path), safe);
    stem = stem_length(text_of(safe));
    (void)snprintf(to, SAFE_NAME_SIZE, "%s", safe);
    number = *number_of_name(names, text_of(safe)) + 1; /* one more than the last name that was made of this one */
    for (; safe_names_has(names, text_of(to)); number++)
        (void)snprintf(to, SAFE_NAME_SIZE, "%.*s (%u)%s", (int)stem, safe, number, safe + stem);
    *number_of_name(names, text_of(safe)) = number > 1 ? number - 1 : 1;
    *number_of_name(names, text_of(to)) = 1;
}

void safe_names_free(struct safe_names *names)
{
    id_table_free(&names->taken);
}
