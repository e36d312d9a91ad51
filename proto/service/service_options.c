#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/service/service_parts.h"

static const struct argp_option OPTIONS[] = {
    { "foreground", 'f', NULL, 0, "Log to stderr as well", 0 },
    { "version", 'V', NULL, 0, "Print the version", 0 },
    { 0 },
};

static error_t take_option(int key, char *value, struct argp_state *state)
{
    struct service_options *options = state->input;

    (void)value;
    switch (key) {
    case 'f':
        options->foreground = true;
        return 0;
    case 'V':
        printf("%s %s\n", state->name, LOOPHOLE_VERSION);
        exit(0);
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected arguments");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void service_options_read(struct service_options *options, int argc, char **argv, const struct schema *schema)
{
    char doc[512];
    struct argp parser = { .options = OPTIONS, .parser = take_option, .doc = doc };

    snprintf(doc, sizeof(doc),
             "%s\v"
             "One of loophole's services: started, watched and ended by loopholed (`loophole up`). Its sockets "
             "are below $XDG_RUNTIME_DIR/loophole, or $LOOPHOLE_HOME; its messages: `loophole ask %s.describe`.",
             schema->doc, schema->service);
    argp_parse(&parser, argc, argv, 0, NULL, options);
}
