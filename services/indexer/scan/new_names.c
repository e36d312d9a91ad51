#include "services/indexer/scan/new_names.h"

#include <stdio.h>
#include <string.h>

void new_names_add(struct new_names *names, int wd, const char *name, usec_t now)
{
    for (int i = 0; i < NEW_NAMES; i++)
        if (names->each[i].wd == 0) {
            names->each[i].wd = wd;
            names->each[i].since = now;
            (void)snprintf(names->each[i].name, sizeof(names->each[i].name), "%s", name);
            return;
        }
}

void new_names_drop(struct new_names *names, int wd, const char *name)
{
    for (int i = 0; i < NEW_NAMES; i++)
        if (names->each[i].wd == wd && strcmp(names->each[i].name, name) == 0)
            names->each[i].wd = 0;
}

int new_names_take(struct new_names *names, usec_t now)
{
    for (int i = 0; i < NEW_NAMES; i++) {
        int wd = names->each[i].wd;
        if (wd == 0 || now - names->each[i].since < NEW_NAMES_UNWRITTEN_US)
            continue;
        names->each[i].wd = 0;
        return wd;
    }
    return 0;
}
