#include "frontends/cli/base/human.h"

#include <time.h>

#include "schema_audio.h"

enum { STEPS_A_BEAT = 4 };

void human_duration(struct buffer *to, double seconds)
{
    long whole = (long)seconds;

    if (seconds >= 3600)
        cli_print(to, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    else if (seconds >= 60)
        cli_print(to, "%ld min %02ld s", whole / 60, whole % 60);
    else
        cli_print(to, "%.2f s", seconds);
}

void human_time(struct buffer *to, usec_t at)
{
    time_t seconds = (time_t)(at / 1000000);
    struct tm local;
    char when[32] = "";

    if (localtime_r(&seconds, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &local);
    cli_print(to, "%-19s", when);
}

void human_bytes(struct buffer *to, uint64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    cli_print(to, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void human_place(struct buffer *to, const struct transport_state *at)
{
    cli_print(to, "bar %lld.%lld.%lld", (long long)at->bar + 1, (long long)at->step / STEPS_A_BEAT + 1,
              (long long)at->step % STEPS_A_BEAT + 1);
}
