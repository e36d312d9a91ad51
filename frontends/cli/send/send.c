/* send.c: the command `send`: copies the sounds of items into a folder. */

#include "common/file.h"
#include "frontends/cli/base/human.h"
#include "frontends/cli/base/named.h"
#include "frontends/cli/base/resolve.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/send/delivery.h"
#include "frontends/cli/send/send_commands.h"

enum { RATE_MIN = 1000, RATE_MAX = 768000 };

struct sending {
    struct cli *cli;
    struct shipment delivery;
    struct bytes folder;
    struct id_list items;
    uint32_t at; /* the item in hand */
    const struct item *item;
    struct sent_sum_line sum;
};

/* ---- printing ---- */

static void show_share(void *state, double share)
{
    struct sending *sending = state;
    struct buffer line = { 0 };

    if (sending->cli->options.json || !cli_is_terminal())
        return;
    cli_print(&line, "%u of %u, %.0f %%: %.*s", sending->at + 1, sending->items.count, 100 * share,
              TEXT_ARG(sending->item->media.name));
    cli_status_line(false, &line);
    buffer_free(&line);
}

static void print_sent_json(struct sending *sending, const struct delivered *made, const struct fault *fault)
{
    struct cli *cli = sending->cli;
    struct text file =
        arena_printf(&cli->arena, "%.*s/%s", (int)sending->folder.len, (const char *)sending->folder.at, made->name);
    struct sent_line line = { .id = sending->item->media.id,
                              .state = text_of(fault              ? "failed"
                                               : made->is_present ? "present"
                                                                  : "sent"),
                              .path = sending->item->path,
                              .has_file = !fault,
                              .file = bytes_of(file.at, file.len),
                              .has_bytes = !fault && !made->is_present,
                              .bytes = made->bytes,
                              .has_clipped = made->clipped > 0,
                              .clipped = made->clipped,
                              .has_failure = fault != NULL,
                              .failure = text_of(fault ? fault->what : "") };

    (void)cli_json(cli, &sent_line_shape, &line);
    cli_flush(cli);
}

static void print_one(struct sending *sending, const struct delivered *made, const struct fault *fault)
{
    struct cli *cli = sending->cli;

    if (cli->options.json) {
        print_sent_json(sending, made, fault);
        return;
    }
    if (!fault && (made->is_present || (cli_is_terminal() && made->clipped == 0)))
        return;
    cli_status_line(false, NULL);
    if (fault)
        cli_print(&cli->out, "not sent: %.*s: %s\n", TEXT_ARG(sending->item->media.name), fault->what);
    else if (made->clipped > 0)
        cli_print(&cli->out, "sent: %s; clipped samples: %llu; --normalise prevents clipping\n", made->name,
                  (unsigned long long)made->clipped);
    else
        cli_print(&cli->out, "sent: %s\n", made->name);
    cli_flush(cli);
}

static void print_sum(struct sending *sending)
{
    const struct sent_sum_line *sum = &sending->sum;
    struct cli *cli = sending->cli;

    if (cli->options.json) {
        (void)cli_json(cli, &sent_sum_line_shape, sum);
        return;
    }
    cli_status_line(false, NULL);
    cli_print(&cli->out, "done: %llu sent, %llu there already, %llu failed; %.*s has ", (unsigned long long)sum->sent,
              (unsigned long long)sum->present, (unsigned long long)sum->failed, (int)sum->folder.len,
              (const char *)sum->folder.at);
    human_bytes(&cli->out, sum->bytes);
    buffer_add_text(&cli->out, " more\n");
}

/* ---- sending ---- */

static enum err deliver_item(struct sending *sending, bool *of_target, struct fault *fault)
{
    struct search_get get = { .has_id = true, .id = sending->items.at[sending->at], .has_leads = true, .leads = true };
    struct naming_place place = { sending->at + 1, sending->items.count };
    struct media_found found = { 0 };
    struct delivered made = { 0 };
    enum err e = cli_ask(sending->cli, "search.get", &get, &found, fault);

    *of_target = e != ERR_OK;
    if (e != ERR_OK)
        return e;
    sending->item = &found.item;
    show_share(sending, 0);
    e = delivery_make(&sending->delivery, &found.item, place, &made, of_target, fault);
    if (*of_target)
        return e;
    print_one(sending, &made, e == ERR_OK ? NULL : fault);
    sending->sum.failed += e != ERR_OK;
    sending->sum.present += e == ERR_OK && made.is_present;
    sending->sum.sent += e == ERR_OK && !made.is_present;
    sending->sum.bytes += e == ERR_OK ? made.bytes : 0;
    return e;
}

static enum err deliver_all(struct sending *sending, struct fault *fault)
{
    struct fault first = { 0 };
    bool of_target = false;

    for (; sending->at < sending->items.count && !of_target; sending->at++) {
        struct fault one = { 0 };

        if (deliver_item(sending, &of_target, &one) != ERR_OK && (of_target || first.code == ERR_OK))
            first = one;
    }
    if (of_target) {
        *fault = first;
        return fault->hint[0] ? fault->code : fault_hint(fault, "the same command continues where this one ended");
    }
    print_sum(sending);
    if (first.code == ERR_OK)
        return ERR_OK;
    cli_flush(sending->cli);
    return fault_set(fault, first.code, "%llu of %u item%s could not be sent", (unsigned long long)sending->sum.failed,
                     sending->items.count, text_plural(sending->items.count));
}

/* ---- the command ---- */

static enum err read_form(const struct cli *cli, struct send_form *form, struct fault *fault)
{
    const struct options *options = &cli->options;

    *form = (struct send_form){ (uint32_t)options->rate, (uint32_t)options->bits, options->mono, options->normalise };
    if (options->rate && (options->rate < RATE_MIN || options->rate > RATE_MAX))
        return fault_set(fault, ERR_BAD_REQUEST, "--rate %lld is out of range: %d to %d Hz", (long long)options->rate,
                         RATE_MIN, RATE_MAX);
    if (options->bits && options->bits != 16 && options->bits != 24 && options->bits != 32)
        return fault_set(fault, ERR_BAD_REQUEST, "--bits %lld is invalid: expected 16, 24 or 32",
                         (long long)options->bits);
    return options->rename ? naming_check(options->rename, fault) : ERR_OK;
}

static enum err open_folder(struct sending *sending, const char *typed, struct fault *fault)
{
    struct cli *cli = sending->cli;
    char path[PATH_MAX];
    enum err e = cli_path(cli, typed, &sending->folder, fault);

    if (e == ERR_OK)
        e = resolve_reach(typed, fault);
    if (e == ERR_OK && !bytes_copy(path, sizeof(path), sending->folder))
        e = fault_set(fault, ERR_BAD_REQUEST, "the path of the folder is too long");
    if (e == ERR_OK)
        e = file_make_dirs(path, 0777, fault);
    if (e == ERR_OK)
        e = sent_open(&sending->delivery.sent, path, fault);
    sending->sum.folder = sending->folder;
    return e;
}

enum err send_run(struct cli *cli, struct fault *fault)
{
    struct sending sending = { .cli = cli, .delivery.sent = { .folder = -1, .fd = -1 } };
    struct send_form form;
    enum err e = read_form(cli, &form, fault);

    if (e == ERR_OK)
        e = named_every(cli, cli->count - 1, cli->args, &sending.items, fault);
    if (e == ERR_OK)
        e = open_folder(&sending, cli->args[cli->count - 1], fault);
    if (e != ERR_OK) {
        sent_close(&sending.delivery.sent);
        return e;
    }
    converter_begin(&sending.delivery.converter, cli, &form);
    sending.delivery.converter.progress = show_share;
    sending.delivery.converter.state = &sending;
    sending.delivery.pattern = cli->options.rename ? cli->options.rename : "{file}";
    sending.delivery.whole = cli->options.whole;
    e = deliver_all(&sending, fault);
    converter_end(&sending.delivery.converter);
    sent_close(&sending.delivery.sent);
    return e;
}
