#include "services/project/base/project.h"

#include <stdio.h>

#include "common/process/config.h"
#include "common/shared/work.h"
#include "store/open/store_open.h"

enum { THREADS = 4 };

static enum err read_project_settings(struct project *p, struct fault *fault)
{
    struct config *config;
    enum err e = config_load(p->paths, &config, fault);
    const char *folder;

    if (e != ERR_OK)
        return e;
    p->has_autosaves = config_bool(config, "project.autosave");
    folder = config_text(config, "project.folder");
    if (folder[0])
        snprintf(p->folder, sizeof(p->folder), "%s", folder);
    else
        snprintf(p->folder, sizeof(p->folder), "%.4000s/projects", p->paths->data);
    return config_end(config, ERR_OK, fault);
}

enum err project_open(struct project *p, struct service *service, struct fault *fault)
{
    enum err e;

    *p = (struct project){ .service = service, .paths = service_paths(service), .started = clock_now() };
    e = read_project_settings(p, fault);
    if (e == ERR_OK)
        e = mailbox_new(&p->mailbox, fault);
    if (e == ERR_OK)
        e = service_watch_mail(service, p->mailbox);
    if (e == ERR_OK)
        p->errands = errands_new(p->mailbox, THREADS);
    if (e == ERR_OK)
        p->checks = errands_new(p->mailbox, 1);
    if (e == ERR_OK)
        p->autosaves = errands_new(p->mailbox, 1);
    return e;
}

void project_close(struct project *p)
{
    bool have_ended = p->errands && errands_end(p->errands);

    have_ended &= p->checks && errands_end(p->checks);
    have_ended &= p->autosaves && errands_end(p->autosaves);
    if (have_ended)
        mailbox_free(p->mailbox);
    store_close(p->store);
}

enum err project_read(struct project *p, struct txn **txn, struct fault *fault)
{
    enum err e = p->store ? ERR_OK : store_open(p->paths, STORE_READER, &p->store, fault);

    return e == ERR_OK ? store_read(p->store, txn, fault) : e;
}

void project_announce(struct project *p, struct id project)
{
    const struct project_changed event = { .id = project };

    service_publish(p->service, "changed", &event);
}

void project_publish(struct project *p, struct id project)
{
    if (p->note_mutation)
        p->note_mutation(p, project);
    project_announce(p, project);
}

void project_look(void *project)
{
    struct project *p = project;

    errands_look(p->errands);
    errands_look(p->checks);
    errands_look(p->autosaves);
}
