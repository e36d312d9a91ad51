#include "services/streamer/record/take_cut.h"

#include <stdio.h>

#include "common/process/log.h"

void take_cut_tell(const struct take_cut *cut, struct recording *to)
{
    to->failure = cut->why;
    to->has_failure_code = cut->code.len > 0;
    to->failure_code = cut->code;
    to->has_wanted = cut->has_wanted;
    to->wanted = cut->wanted;
}

void take_cut_describe(const struct take *take, struct recording *to)
{
    const struct fault *fault = &take->fault;
    const struct wav_cut *cut = &take->cut;

    if (cut->is_cut) {
        take_cut_tell(&(struct take_cut){ .code = text_of(cut->code),
                                          .why = text_of(cut->why),
                                          .has_wanted = cut->wanted > 0,
                                          .wanted = (int64_t)cut->wanted },
                      to);
        return;
    }
    to->failure = text_of(fault->what);
    to->has_failure_code = fault->code != ERR_OK;
    to->failure_code = to->has_failure_code ? text_of(err_name(fault->code)) : (struct text){ 0 };
}

static void set_cut(struct wav_cut *cut, const struct fault *fault)
{
    cut->is_cut = true;
    (void)snprintf(cut->code, sizeof(cut->code), "%s", err_name(fault->code));
    (void)snprintf(cut->why, sizeof(cut->why), "%.*s", (int)sizeof(cut->why) - 1, fault->what);
}

/* The loop may know better than the file's thread why the take ended. */
static void take_over(struct take *take, const struct take_file *file)
{
    take->cut = file->take.cut;
    take->fault = take->fault.code == ERR_OK && !file->is_gone ? file->fault : take->fault;
    if (take->fault.code != ERR_OK && !take->is_forgotten)
        set_cut(&take->cut, &take->fault);
}

static void report_cut(struct take *take)
{
    log_error("a take ended early: \"%s\": %s", take->name, take->cut.why);
    snprintf(take->takes->alarm, sizeof(take->takes->alarm), "the take %.60s ended early: %.120s", take->name,
             take->cut.why);
    take_publish(take, "take_failed");
}

/* The file of the take does not exist. Somebody deleted it, or the take never began; then no client was told that it
 * records. */
static void report_gone(struct take *take)
{
    log_warn("the take \"%s\" has no file any more, so it is forgotten: %s", take->name, take->path);
    snprintf(take->takes->alarm, sizeof(take->takes->alarm), "the take %.60s has no file any more, so it is forgotten",
             take->name);
    take_publish(take, "take_failed");
}

void take_cut_judge(struct take *take, const struct take_file *file)
{
    take_over(take, file);
    if (file->is_gone)
        report_gone(take);
    else if (take->cut.is_cut && !take->is_forgotten)
        report_cut(take);
}
