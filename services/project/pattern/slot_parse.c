#include "services/project/pattern/slot_parse.h"

#include "services/project/base/file_io.h"

enum err slot_parse(struct in_hand *hand, const char *name, struct text text, struct arena *arena,
                    struct pattern_file *to, struct fault *fault)
{
    const struct bytes content = bytes_of(text.at, text.len);
    struct file_in_hand reading;
    enum err e = file_take_in_hand(&reading, hand, name, content, fault);

    if (e != ERR_OK)
        return e;
    e = pattern_file_read(text, arena, to, fault);
    file_lay_down(&reading);
    return e;
}
