/* lmms.c: <lmms-project creator="LMMS" creatorversion="1.2.2"><track name="Kick">…<audiofileprocessor
 * src="drums/kick.ogg"/>; sample tracks have <sampletco src="…"/>, <sampleclip src="…"/> in later versions. A path may
 * begin with the folder that it is relative to: "usersample:", "factorysample:", "local:". */
#include <string.h>

#include "services/worker/sessions/formats.h"
#include "services/worker/sessions/xml.h"

struct lmms {
    struct references *to;
    char track[REFERENCE_TRACK_MAX + 1];
};

static struct text without_base(const char *path)
{
    static const char *const BASES[] = { "usersample:", "factorysample:", "local:", "userprojects:", "defaultsample:" };

    for (size_t i = 0; i < sizeof(BASES) / sizeof(BASES[0]); i++)
        if (strncmp(path, BASES[i], strlen(BASES[i])) == 0)
            return text_of(path + strlen(BASES[i]));
    return text_of(path);
}

static void begin_lmms_element(void *state, const struct xml_element *element)
{
    static const char *const HOLDERS[] = { "audiofileprocessor", "sampletco", "sampleclip", "slicert" };
    struct lmms *lmms = state;
    struct text name = text_of(xml_attribute(element, "name"));

    if (element->depth == 1)
        references_program(lmms->to, TEXT("LMMS"), text_of(xml_attribute(element, "creatorversion")));
    if (strcmp(element->name, "track") == 0 && !text_copy(lmms->track, sizeof(lmms->track), name))
        lmms->track[0] = 0;
    for (size_t i = 0; i < sizeof(HOLDERS) / sizeof(HOLDERS[0]); i++)
        if (strcmp(element->name, HOLDERS[i]) == 0)
            references_add(lmms->to, without_base(xml_attribute(element, "src")), text_of(lmms->track), 0, 0);
}

enum err lmms_read(struct unpack *unpack, struct references *to, struct fault *fault)
{
    struct lmms lmms = { .to = to };
    const struct xml_events events = { begin_lmms_element, NULL, &lmms, NULL };

    references_program(to, TEXT("LMMS"), TEXT(""));
    return xml_read(unpack, &events, fault);
}
