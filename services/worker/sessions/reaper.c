/* reaper.c: lines of text. <REAPER_PROJECT 0.1 "6.80/linux-x86_64" …; <TRACK with NAME Drums; <SOURCE WAVE with
 * FILE "kicks/kick.wav". A value with blanks is in quotes: double, single, or back ones. */
#include <string.h>

#include "services/worker/sessions/formats.h"

enum { LINE_MAX_BYTES = 8192, DEEPEST = 256 };

struct reaper {
    struct references *to;
    struct text track;
    int depth, track_depth; /* 0: in no track */
    uint32_t len;           /* of the line; longer than LINE_MAX_BYTES: its end is dropped */
    char line[LINE_MAX_BYTES + 1];
};

static struct text trim_line(const struct reaper *reaper)
{
    struct text line = { reaper->len < LINE_MAX_BYTES ? reaper->len : LINE_MAX_BYTES, reaper->line };

    while (line.len && (line.at[0] == ' ' || line.at[0] == '\t'))
        line = (struct text){ line.len - 1, line.at + 1 };
    while (line.len && (line.at[line.len - 1] == '\r' || line.at[line.len - 1] == ' '))
        line.len--;
    return line;
}

/* Takes the next word from `rest`. */
static struct text next_reaper_word(struct text *rest)
{
    struct text word = *rest;
    uint32_t end = 0;
    char quote;

    while (word.len && word.at[0] == ' ')
        word = (struct text){ word.len - 1, word.at + 1 };
    quote = word.len && strchr("\"'`", word.at[0]) ? word.at[0] : 0;
    if (quote)
        word = (struct text){ word.len - 1, word.at + 1 };
    while (end < word.len && word.at[end] != (quote ? quote : ' '))
        end++;
    *rest = (struct text){ word.len - end, word.at + end };
    if (quote && rest->len)
        *rest = (struct text){ rest->len - 1, rest->at + 1 };
    return (struct text){ end, word.at };
}

static void begin_block(struct reaper *reaper, struct text name, struct text rest)
{
    reaper->depth += reaper->depth < DEEPEST;
    if (text_is(name, "<TRACK")) {
        reaper->track_depth = reaper->depth;
        reaper->track = (struct text){ 0 };
    }
    if (!text_is(name, "<REAPER_PROJECT"))
        return;
    next_reaper_word(&rest);
    struct text version = next_reaper_word(&rest);
    references_program(reaper->to, TEXT("REAPER"), version);
}

static void end_block(struct reaper *reaper)
{
    if (reaper->depth == reaper->track_depth)
        reaper->track_depth = 0;
    reaper->depth -= reaper->depth > 0;
}

static void read_reaper_line(struct reaper *reaper)
{
    struct text rest = trim_line(reaper);

    if (rest.len && rest.at[0] == '>') {
        end_block(reaper);
        return;
    }
    struct text name = next_reaper_word(&rest);
    if (name.len && name.at[0] == '<')
        begin_block(reaper, name, rest);
    else if (text_is(name, "NAME") && reaper->track_depth && reaper->depth == reaper->track_depth)
        reaper->track = arena_text(reaper->to->arena, next_reaper_word(&rest));
    else if (text_is(name, "FILE"))
        references_add(reaper->to, next_reaper_word(&rest), reaper->track_depth ? reaper->track : TEXT(""), 0, 0);
}

static void read_piece(struct reaper *reaper, struct text piece)
{
    for (uint32_t i = 0; i < piece.len; i++) {
        if (piece.at[i] == '\n') {
            read_reaper_line(reaper);
            reaper->len = 0;
        } else {
            if (reaper->len < LINE_MAX_BYTES)
                reaper->line[reaper->len] = piece.at[i];
            reaper->len += reaper->len <= LINE_MAX_BYTES;
        }
    }
}

static enum err check_beginning(struct text piece, bool is_first, struct fault *fault)
{
    if (!is_first || text_starts(piece, TEXT("<REAPER_PROJECT")))
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "it does not begin as a project of REAPER does");
}

enum err reaper_read(struct unpack *unpack, struct references *to, struct fault *fault)
{
    struct reaper *reaper = arena_alloc(to->arena, sizeof(*reaper));
    struct text piece = { 1, "" };
    bool is_first = true;
    enum err e = ERR_OK;

    while (e == ERR_OK && piece.len) {
        reaper->to = to;
        e = unpack_next(unpack, &piece, fault);
        if (e == ERR_OK)
            e = check_beginning(piece, is_first, fault);
        if (e == ERR_OK)
            read_piece(reaper, piece);
        is_first = false;
    }
    if (e == ERR_OK && reaper->len)
        read_reaper_line(reaper);
    return e;
}
