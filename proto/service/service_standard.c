#include <stdio.h>
#include <unistd.h>

#include "proto/service/service_parts.h"
#include "schema_service.h"

static const int32_t RUN_STATES[BOARD_STATES] = {
    [BOARD_EMPTY] = RUN_STATE_STOPPED,   [BOARD_STARTING] = RUN_STATE_STARTING, [BOARD_READY] = RUN_STATE_READY,
    [BOARD_WAITING] = RUN_STATE_WAITING, [BOARD_STOPPING] = RUN_STATE_STOPPING,
};

static enum err answer_ping(struct service *service, struct call *call, const struct service_ping *ask,
                            struct pong *answer)
{
    (void)call;
    answer->service = text_of(service->name);
    answer->pid = getpid();
    answer->epoch = service->epoch;
    answer->payload = ask->payload;
    return ERR_OK;
}

static enum err answer_describe(struct service *service, struct call *call, const struct service_describe *ask,
                                struct description *answer)
{
    (void)call, (void)ask;
    answer->service = text_of(service->name);
    answer->version = service->schema->version;
    answer->program = text_of(LOOPHOLE_VERSION);
    answer->schema = text_of(service->schema->text);
    return ERR_OK;
}

static enum err answer_status(struct service *service, struct call *call, const struct service_status *ask,
                              struct service_status *answer)
{
    (void)ask;
    answer->service = text_of(service->name);
    answer->state.value = RUN_STATES[service->state];
    answer->uptime = clock_steady() - service->started;
    if (service->report)
        service->report(service->report_state, call_arena(call), answer);
    return ERR_OK;
}

static uint64_t resident_bytes(void)
{
    unsigned long whole, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &whole, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

const struct latency *service_latency(const struct service *service, const struct ask *ask)
{
    const struct schema *own = service->schema;

    if (ask >= own->asks && ask < own->asks + own->ask_count)
        return &service->latencies[ask - own->asks];
    return &service->latencies[own->ask_count + (size_t)(ask - schema_service.asks)];
}

static struct ask_stats stats_of(const struct service *service, const struct ask *ask)
{
    const struct latency *latency = service_latency(service, ask);

    return (struct ask_stats){
        .name = text_of(ask->name),
        .count = latency->count,
        .errors = latency->errors,
        .p50_us = latency_us(latency, 0.5),
        .p99_us = latency_us(latency, 0.99),
        .p999_us = latency_us(latency, 0.999),
        .max_us = latency_us(latency, 1),
    };
}

static enum err answer_stats(struct service *service, struct call *call, const struct service_stats *ask,
                             struct service_stats *answer)
{
    const struct schema *const schemas[] = { service->schema, &schema_service };
    uint32_t count = 0;

    (void)ask;
    answer->service = text_of(service->name);
    answer->uptime = clock_steady() - service->started;
    answer->memory = resident_bytes();
    answer->asks.at =
        arena_array(call_arena(call), schemas[0]->ask_count + schemas[1]->ask_count, sizeof(*answer->asks.at));
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t j = 0; j < schemas[i]->ask_count; j++)
            answer->asks.at[count++] = stats_of(service, &schemas[i]->asks[j]);
    answer->asks.count = count;
    return ERR_OK;
}

static enum err cancel_task(struct service *service, struct call *call, const struct service_cancel *ask,
                            struct nothing *answer)
{
    char id[ID_TEXT_SIZE];

    (void)answer;
    enum err e = service->cancel ? service->cancel(service->report_state, ask->task, call_fault(call)) : ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? refuse(call, e, "%s has no task %s", service->name, id_write(ask->task, id)) : e;
}

const struct service_handlers service_standard = {
    .ping = answer_ping,
    .describe = answer_describe,
    .status = answer_status,
    .stats = answer_stats,
    .cancel = cancel_task,
};
