/* options.h: schemac's command line. */
#ifndef LOOPHOLE_SCHEMAC_OPTIONS_H
#define LOOPHOLE_SCHEMAC_OPTIONS_H

struct schemac_options {
    const char *out;  /* the directory for schema_*.h and schema_*.c */
    const char *docs; /* the file for the documentation, or NULL */
    const char *head; /* a file that precedes the documentation, or NULL */
    int file_count;
    char **files;
};

/* Ends the process, with a message, when the command line is wrong. */
struct schemac_options options_read(int argc, char **argv);

#endif
