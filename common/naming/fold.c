#include "common/naming/fold.h"

#include <string.h>
#include <uchar.h>

/* The base letter of each character of a block; '.': the character itself; a digit: an entry of PAIRS. */
static const char LATIN[] = /* U+00C0 to U+024F */
    "aaaaaa1ceeeeiiiidnooooo.ouuuuy23aaaaaa1ceeeeiiiidnooooo.ouuuuy2y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii55jjkkklllllll"
    "lllnnnnnnnnnoooooo44rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    "..................f.............oo.............uu..............."
    ".............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...."
    "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
    "................";
static const char LATIN_MORE[] = /* U+1E00 to U+1EFF */
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwys...3.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";
static const char *const PAIRS[] = { "", "ae", "th", "ss", "oe", "ij" };

/* A letter with a mark, and its small letter without one: Greek, Cyrillic, and kana with the marks of voice. A disk of
 * a Mac has such a letter in two characters, the letter and its mark. */
static const char16_t MARKED[] =
    u"ΆαΈεΉηΊιΌοΎυΏωΐιΪιΫυάαέεήηίιΰυϊιϋυόούυώωЀеЁеЃгЇі"
    u"ЌкЍиЎуЙийиѐеёеѓгїіќкѝиўуѶѵѷѵӁжӂжӐаӑаӒаӓаӖеӗеӚәӛә"
    u"ӜжӝжӞзӟзӢиӣиӤиӥиӦоӧоӪөӫөӬэӭэӮуӯуӰуӱуӲуӳуӴчӵчӸыӹы"
    u"がかぎきぐくげけごこざさじしずすぜせぞそだたぢちづつでてどとばはぱはびひぴひぶふぷふべへぺへぼほ"
    u"ぽほゔうゞゝガカギキグクゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハパハビヒピヒブフプフ"
    u"ベヘペヘボホポホヴウヷワヸヰヹヱヺヲヾヽ";

/* Ranges in which a small letter follows each capital. */
static const struct in_turn {
    uint32_t first, last;
} IN_TURN[] = { { 0x460, 0x481 }, { 0x48A, 0x4BF }, { 0x4C1, 0x4CE }, { 0x4D0, 0x52F } };

/* Ranges whose capitals have a fixed distance from their small letters. */
static const struct capitals {
    uint32_t first, last, distance;
} CAPITALS[] = {
    { 'A', 'Z', 32 },     { 0x391, 0x3AB, 32 }, { 0x400, 0x40F, 80 },
    { 0x410, 0x42F, 32 }, { 0x531, 0x556, 48 }, { 0xFF21, 0xFF3A, 32 },
};

/* Blanks, control characters and punctuation outside ASCII. */
static const struct range {
    uint32_t first, last;
} APART[] = {
    { 0x80, 0xA9 },     { 0xAB, 0xB4 },     { 0xB6, 0xB9 },     { 0xBB, 0xBF },     { 0xD7, 0xD7 },
    { 0xF7, 0xF7 },     { 0x2000, 0x206F }, { 0x2190, 0x23FF }, { 0x2500, 0x27BF }, { 0x2E00, 0x2E7F },
    { 0x3000, 0x3004 }, { 0x3008, 0x3020 }, { 0x30FB, 0x30FB }, { 0xE000, 0xF8FF }, { 0xFE30, 0xFE4F },
    { 0xFF00, 0xFF0F }, { 0xFF1A, 0xFF20 }, { 0xFFE0, 0xFFFF },
};

uint32_t fold_character(struct text t, uint32_t *len)
{
    const uint8_t *at = (const uint8_t *)t.at;

    *len = text_character(t);
    switch (*len) {
    case 1:
        return at[0];
    case 2:
        return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    case 3:
        return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    case 4:
        return (at[0] & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
    default:
        *len = 1;
        return 0xFFFD;
    }
}

bool fold_is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    for (size_t i = 0; i < sizeof(APART) / sizeof(APART[0]); i++)
        if (c >= APART[i].first && c <= APART[i].last)
            return false;
    return true;
}

static uint32_t write_utf8(uint32_t c, char to[4])
{
    uint32_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (uint32_t i = len; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(len == 1 ? c : len == 2 ? 0xC0 | c : len == 3 ? 0xE0 | c : 0xF0 | c);
    return len;
}

static char latin_base(uint32_t c)
{
    if (c >= 0xC0 && c < 0xC0 + sizeof(LATIN) - 1)
        return LATIN[c - 0xC0];
    if (c >= 0x1E00 && c < 0x1E00 + sizeof(LATIN_MORE) - 1)
        return LATIN_MORE[c - 0x1E00];
    return '.';
}

/* 0: it has no mark, or is Latin. */
static uint32_t letter_without_mark(uint32_t c)
{
    for (size_t i = 0; c >= MARKED[0] && MARKED[i]; i += 2)
        if (c == MARKED[i])
            return MARKED[i + 1];
    return 0;
}

bool fold_has_mark(uint32_t c)
{
    return latin_base(c) >= 'a' || letter_without_mark(c) != 0;
}

/* The small letter without its mark, of scripts other than Latin. */
static uint32_t small_letter(uint32_t c)
{
    uint32_t plain = letter_without_mark(c);

    if (c == 0x3C2) /* sigma at the end of a word */
        return 0x3C3;
    if (plain)
        return plain;
    for (size_t i = 0; i < sizeof(IN_TURN) / sizeof(IN_TURN[0]); i++)
        if (c >= IN_TURN[i].first && c <= IN_TURN[i].last)
            return (c - IN_TURN[i].first) % 2 ? c : c + 1;
    for (size_t i = 0; i < sizeof(CAPITALS) / sizeof(CAPITALS[0]); i++)
        if (c >= CAPITALS[i].first && c <= CAPITALS[i].last)
            return c + CAPITALS[i].distance;
    return c;
}

uint32_t fold_write(uint32_t c, char to[4])
{
    char base = latin_base(c);

    if ((c >= 0x300 && c <= 0x36F) || c == 0x3099 || c == 0x309A) /* combining accents, and marks of voice */
        return 0;
    if (base >= 'a') {
        to[0] = base;
        return 1;
    }
    if (base != '.') {
        memcpy(to, PAIRS[base - '0'], 2);
        return 2;
    }
    return write_utf8(small_letter(c), to);
}

struct text fold_text(struct arena *arena, struct text from)
{
    size_t room = (size_t)from.len + from.len / 2 + 4; /* an invalid byte triples; others grow by half at most */
    struct text to = { 0, NULL };
    char *at;

    for (uint32_t i = 0, len; i < from.len; i += len)
        room += fold_character((struct text){ from.len - i, from.at + i }, &len) == 0xFFFD ? 2 : 0;
    at = arena_alloc(arena, room);
    if (!at)
        return to;
    to.at = at;
    for (uint32_t i = 0, len; i < from.len; i += len) {
        uint32_t c = fold_character((struct text){ from.len - i, from.at + i }, &len);
        to.len += fold_write(c, at + to.len);
    }
    return to;
}
