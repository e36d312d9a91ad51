#include "proto/schemac/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct option names[] = {
    { "out", required_argument, NULL, 'o' },
    { "docs", required_argument, NULL, 'd' },
    { "head", required_argument, NULL, 'e' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static void end_with_usage(FILE *to, int exit_code)
{
    fputs("usage: schemac --out DIR [--docs FILE [--head FILE]] SCHEMA...\n"
          "Writes DIR/schema_NAME.h and .c for each NAME.schema, DIR/schema_all.c, DIR/loophole.ts, and the "
          "protocol's documentation.\n",
          to);
    exit(exit_code);
}

struct schemac_options options_read(int argc, char **argv)
{
    struct schemac_options options = { 0 };

    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (option == 'o')
            options.out = optarg;
        else if (option == 'd')
            options.docs = optarg;
        else if (option == 'e')
            options.head = optarg;
        else
            end_with_usage(option == 'h' ? stdout : stderr, option == 'h' ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    options.file_count = argc - optind;
    options.files = argv + optind;
    if (!options.out || options.file_count == 0)
        end_with_usage(stderr, EXIT_FAILURE);
    return options;
}
