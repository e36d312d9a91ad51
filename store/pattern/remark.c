#include "store/pattern/remark.h"

#include <stdarg.h>
#include <stdio.h>

void remark_add(struct remarks *remarks, const char *format, ...)
{
    struct text_list *list = &remarks->list;
    char sentence[REMARK_BYTES + 1] = "… and more";
    va_list args;

    if (list->count == REMARKS_MOST)
        return;
    if (!list->at)
        list->at = arena_array(remarks->arena, REMARKS_MOST, sizeof(*list->at));
    va_start(args, format);
    if (list->count < REMARKS_MOST - 1)
        (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    list->at[list->count++] = arena_utf8(remarks->arena, bytes_of(sentence, text_of(sentence).len), REMARK_BYTES);
}
