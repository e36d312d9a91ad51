#include "frontends/web/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/process/config.h"
#include "common/process/log.h"
#include "frontends/web/asks/basket.h"
#include "frontends/web/asks/bundles.h"
#include "frontends/web/asks/deaths.h"
#include "frontends/web/asks/logs.h"
#include "frontends/web/asks/own_command.h"
#include "frontends/web/asks/runs.h"
#include "frontends/web/connection.h"
#include "frontends/web/drop.h"
#include "frontends/web/inner.h"
#include "frontends/web/oscquery.h"
#include "frontends/web/page.h"
#include "proto/wire/codec.h"

enum {
    STACK = 1 << 20,      /* bytes of a thread */
    USES_US = 1000000,    /* between two looks for new uses of tokens … */
    ANNOUNCE_US = 1000000 /* … and at the program that announces the gateway */
};

/* ---- the asks of the service ---- */

static enum err answer_address(struct web *web, struct call *call, const struct web_address *ask, struct web_place *to)
{
    char token[2 * GATE_NONCE + 1];
    enum err e = gate_mint(&web->gate, token, call_fault(call));

    (void)ask; /* it has no fields */
    if (e == ERR_OK)
        to->address = arena_printf(call_arena(call), "http://127.0.0.1:%u/?token=%s", (unsigned)web->gate.port, token);
    return e;
}

static void fill_status(void *state, struct arena *arena, struct service_status *to)
{
    own_command_list_tasks(&((struct web *)state)->own, arena, &to->tasks);
}

static enum err cancel_task(void *state, struct id task, struct fault *fault)
{
    (void)fault; /* the caller fills it */
    return own_command_cancel(&((struct web *)state)->own, task);
}

static enum err answer_tokens(struct web *web, struct call *call, const struct web_tokens *ask,
                              struct device_tokens *to)
{
    (void)ask; /* it has no fields */
    tokens_list(&web->lan.tokens, call_arena(call), to);
    return ERR_OK;
}

static enum err add_token(struct web *web, struct call *call, const struct web_add_token *ask, struct device_token *to)
{
    return tokens_add(&web->lan.tokens, ask, call_arena(call), to, call_fault(call));
}

/* The answer is kept before the token is removed, for a copy that finds it removed by a gateway that died. A copy looks
 * at the id in that answer, because a newer token may have the name. */
static enum err remove_token(struct web *web, struct call *call, const struct web_remove_token *ask,
                             struct device_token *to)
{
    const struct bytes prepared = recall_prepared(call);
    struct text named = ask->named;
    char id[ID_TEXT_SIZE];

    if (prepared.len > 0) {
        enum err e = codec_decode(&device_token_shape, prepared, call_arena(call), to, call_fault(call));

        if (e != ERR_OK)
            return e;
        to->name = arena_text(call_arena(call), to->name);
        named = text_of(id_write(to->id, id));
    }
    if (tokens_describe(&web->lan.tokens, named, call_arena(call), to))
        recall_prepare(call, to, 0);
    else if (prepared.len > 0)
        return ERR_OK;
    return tokens_remove(&web->lan.tokens, named, call_fault(call));
}

static enum err answer_logs(struct web *web, struct call *call, const struct web_logs *ask, struct log_page *to)
{
    return logs_answer(&web->own, call, ask, to);
}

static enum err answer_crashes(struct web *web, struct call *call, const struct web_crashes *ask, struct deaths *to)
{
    return deaths_answer(&web->own, call, ask, to);
}

static enum err answer_doctor(struct web *web, struct call *call, const struct web_doctor *ask, struct findings *to)
{
    (void)ask; /* it has no fields */
    (void)to;  /* the answer comes later */
    return runs_findings(&web->own, call);
}

static enum err answer_relink(struct web *web, struct call *call, const struct web_relink *ask, struct relink_line *to)
{
    (void)to;
    return runs_relink(&web->own, call, ask);
}

static enum err answer_reveal(struct web *web, struct call *call, const struct web_reveal *ask, struct file_shown *to)
{
    (void)to;
    return runs_reveal(&web->own, call, ask);
}

static enum err undo_step(struct web *web, struct call *call, const struct web_undo *ask, struct file_step *to)
{
    (void)ask, (void)to;
    return runs_step(&web->own, call, true);
}

static enum err redo_step(struct web *web, struct call *call, const struct web_redo *ask, struct file_step *to)
{
    (void)ask, (void)to;
    return runs_step(&web->own, call, false);
}

static enum err plan_bundle(struct web *web, struct call *call, const struct web_bundle_plan *ask,
                            struct bundle_offer *to)
{
    (void)to;
    return bundles_plan(&web->own, call, ask);
}

static enum err verify_bundle(struct web *web, struct call *call, const struct web_bundle_verify *ask,
                              struct bundle_done *to)
{
    (void)to;
    return bundles_verify(&web->own, call, ask);
}

static enum err export_bundle(struct web *web, struct call *call, const struct web_bundle_export *ask,
                              struct bundle_done *to)
{
    (void)to;
    return bundles_export(&web->own, call, ask);
}

static enum err import_bundle(struct web *web, struct call *call, const struct web_bundle_import *ask,
                              struct bundle_done *to)
{
    (void)to;
    return bundles_import(&web->own, call, ask);
}

static enum err chop_kit(struct web *web, struct call *call, const struct web_chop_kit *ask, struct kit *to)
{
    (void)to;
    return runs_chops(&web->own, call, ask);
}

static enum err answer_basket(struct web *web, struct call *call, const struct web_basket *ask, struct basket *to)
{
    (void)ask, (void)to;
    return basket_answer(&web->own, call, NULL, false);
}

static enum err add_to_basket(struct web *web, struct call *call, const struct web_basket_add *ask, struct basket *to)
{
    (void)to;
    return basket_answer(&web->own, call, ask, false);
}

static enum err clear_basket(struct web *web, struct call *call, const struct web_basket_clear *ask, struct basket *to)
{
    (void)ask, (void)to;
    return basket_answer(&web->own, call, NULL, true);
}

const struct web_handlers web_asks = { .address = answer_address,
                                       .tokens = answer_tokens,
                                       .add_token = add_token,
                                       .remove_token = remove_token,
                                       .logs = answer_logs,
                                       .crashes = answer_crashes,
                                       .doctor = answer_doctor,
                                       .relink = answer_relink,
                                       .reveal = answer_reveal,
                                       .undo = undo_step,
                                       .redo = redo_step,
                                       .bundle_plan = plan_bundle,
                                       .bundle_verify = verify_bundle,
                                       .bundle_export = export_bundle,
                                       .bundle_import = import_bundle,
                                       .chop_kit = chop_kit,
                                       .basket = answer_basket,
                                       .basket_add = add_to_basket,
                                       .basket_clear = clear_basket };

bool web_is_alive(void *state)
{
    struct web *web = state;

    return !hang_watch_found(&web->watched, atomic_load(&web->task), atomic_load(&web->beats), WEB_SILENT_US,
                             "the gateway's thread");
}

/* ---- the gateway's thread ---- */

static void route_answer(void *state, uint64_t sender, struct text service, struct bytes frame)
{
    struct web *web = state;

    if (!inner_answer(web, sender, frame))
        page_answer(web, sender, service, frame);
}

static void take_event(void *state, struct text topic, struct bytes frame)
{
    page_send_event(state, topic, frame);
}

static void take_return(void *state, struct text service)
{
    inner_send_again(state, service);
    page_report_back(state, service);
    if (text_is(service, "osc"))
        oscquery_is_back(state);
}

static void take_beat(lws_sorted_usec_list_t *timer)
{
    struct web *web = lws_container_of(timer, struct web, timer);

    atomic_fetch_add(&web->beats, 1);
    errands_look(web->errands);
    errands_look(web->makers);
    inner_look(web);
    oscquery_look(web);
    page_end_removed(web);
    service_links_follow(web->links);
    service_links_read(web->links);
    lws_sul_schedule(web->context, 0, timer, take_beat, WEB_BEAT_US);
}

static void *go_round(void *state)
{
    struct web *web = state;

    atomic_store(&web->task, gettid());
    take_beat(&web->timer);
    while (!atomic_load(&web->ends) && lws_service(web->context, 0) >= 0)
        service_links_settle(web->links);
    return NULL;
}

/* ---- opening ---- */

/* libwebsockets closes the descriptor that it watches, so it gets a copy. */
static enum err watch_copy(struct web *web, int fd, struct fault *fault)
{
    lws_sock_file_fd_type copy = { .filefd = dup(fd) };

    if (copy.filefd < 0)
        return fault_errno(fault, ERR_FULL, errno, "cannot open another descriptor for the gateway");
    if (!lws_adopt_descriptor_vhost(web->vhost, LWS_ADOPT_RAW_FILE_DESC, copy,
                                    connection_protocols[CONNECTION_DESCRIPTOR].name, NULL))
        return fault_set(fault, ERR_FULL, "libwebsockets cannot watch a descriptor");
    return ERR_OK;
}

static enum err watch_all(struct web *web, struct fault *fault)
{
    int fds[2 * SERVICE_LINKS_MOST + 1];
    uint32_t count = service_links_wait_for(web->links, fds, sizeof(fds) / sizeof(*fds));
    enum err e = watch_copy(web, mailbox_fd(web->mailbox), fault);

    for (uint32_t i = 0; i < count && e == ERR_OK; i++)
        e = watch_copy(web, fds[i], fault);
    return e;
}

static void log_line(int level, const char *line)
{
    (void)level;
    log_warn("libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

/* Other machines come over TLS only. */
static enum err open_lan(struct web *web, struct lws_context_creation_info info, struct fault *fault)
{
    const struct lan *lan = &web->lan;

    info.options |= LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    info.port = lan->gate.port;
    info.iface = lan->address;
    info.ssl_cert_filepath = lan->certificate;
    info.ssl_private_key_filepath = lan->key;
    info.alpn = "http/1.1"; /* HTTP/2 has no Host header, and its WebSockets are others */
    info.vhost_name = "lan";
    web->lan_vhost = lws_create_vhost(web->context, &info);
    if (web->lan_vhost)
        return ERR_OK;
    if (lan_port_is_taken(lan) && gate_predecessor_stays(&web->gate)) {
        log_warn("a killed gateway that cannot end has the port %u: other machines open no pages until the next start",
                 (unsigned)lan->gate.port);
        return ERR_OK;
    }
    fault_set(fault, ERR_IO, "cannot listen on %s port %u with the certificate %s", lan->address,
              (unsigned)lan->gate.port, lan->certificate);
    return fault_hint(fault,
                      "the address must be one of this machine, the port free, and [web] certificate and key must "
                      "be PEM files that belong together");
}

static enum err open_context(struct web *web, struct fault *fault)
{
    struct lws_context_creation_info info = { 0 };

    lws_set_log_level(LLL_ERR, log_line);
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    if (web->lan.gate.port)
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.protocols = connection_protocols;
    info.user = web;
    info.port = web->gate.port;
    info.iface = "127.0.0.1";
    info.server_string = "loophole";
    info.timeout_secs = WEB_HEADERS_S;
    info.keepalive_timeout = 60;
    info.max_http_header_data = WEB_HEADERS;
    info.max_http_header_pool = WEB_HEADERS_AT_ONCE;
    info.pt_serv_buf_size = WEB_CHUNK;
    info.vhost_name = "loophole";
    web->context = lws_create_context(&info);
    web->vhost = web->context ? lws_create_vhost(web->context, &info) : NULL;
    if (!web->vhost)
        return fault_set(fault, ERR_IO, "cannot listen on port %u", (unsigned)web->gate.port);
    return web->lan.gate.port ? open_lan(web, info, fault) : ERR_OK;
}

static enum err read_settings(struct web *web, struct fault *fault)
{
    struct config *config = NULL;
    enum err e = config_load(web->paths, &config, fault);

    if (e != ERR_OK)
        return e;
    web->takes_any = strcmp(config_text(config, "web.users"), "any") == 0;
    web->announcement.is_wanted = config_bool(config, "web.announce");
    return config_end(config, ERR_OK, fault);
}

static enum err open_parts(struct web *web, struct fault *fault)
{
    const struct service_links_events events = { route_answer, take_event, take_return, web };
    enum err e = gate_open(&web->gate, web->paths, fault);

    if (e == ERR_OK)
        e = lan_read(&web->lan, &web->gate, web->paths, fault);
    if (e == ERR_OK)
        e = tokens_open(&web->lan.tokens, &web->gate, web->lan.gate.port, web->paths, fault);
    if (e == ERR_OK)
        e = read_settings(web, fault);
    if (e == ERR_OK)
        e = mailbox_new(&web->mailbox, fault);
    if (e == ERR_OK) {
        web->errands = errands_new(web->mailbox, WEB_READERS);
        web->makers = errands_new(web->mailbox, WEB_MAKERS);
        e = service_links_new(web->paths, &events, &web->links, fault);
    }
    if (e == ERR_OK)
        e = open_context(web, fault);
    return e == ERR_OK ? watch_all(web, fault) : e;
}

/* Six threads with stacks of the usual size would take more memory than a small [limits] data_mb allows. */
static void use_small_stacks(void)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, STACK) == 0)
        (void)pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

static void keep_uses(void *state)
{
    struct web *web = state;

    tokens_keep_uses(&web->lan.tokens, TOKENS_USE_S);
}

static void look_at_announcement(void *state)
{
    struct web *web = state;

    announce_look(&web->announcement);
}

/* Another machine that finds the gateway can open it. */
static void announce_gateway(struct web *web)
{
    if (!web->lan_vhost)
        return;
    announce_open(&web->announcement, &web->lan);
    service_every(web->service, ANNOUNCE_US, look_at_announcement, web);
}

enum err web_open(struct web *web, struct service *service, struct fault *fault)
{
    enum err e;

    *web = (struct web){ .service = service, .paths = service_paths(service) };
    use_small_stacks();
    drop_clean(web);
    service_set_report(service, fill_status, cancel_task, web);
    e = own_asks_open(&web->own, service, fault);
    if (e == ERR_OK)
        e = open_parts(web, fault);
    if (e != ERR_OK)
        return e;
    if (pthread_create(&web->thread, NULL, go_round, web) != 0)
        return fault_set(fault, ERR_FULL, "cannot start a thread for the gateway");
    web->has_thread = true;
    service_every(service, USES_US, keep_uses, web);
    announce_gateway(web);
    return ERR_OK;
}

void web_close(struct web *web)
{
    announce_close(&web->announcement);
    atomic_store(&web->ends, true);
    if (web->context)
        lws_cancel_service(web->context);
    if (web->has_thread)
        pthread_join(web->thread, NULL);
    if (web->has_thread)
        tokens_keep_uses(&web->lan.tokens, 0);
    own_asks_close(&web->own);
    bool hangs = web->errands && !errands_end(web->errands);
    hangs = (web->makers && !errands_end(web->makers)) || hangs;
    if (hangs)
        return;
    if (web->context)
        lws_context_destroy(web->context);
    service_links_free(web->links);
    mailbox_free(web->mailbox);
}
