/* options.h: the command line of schemac. One thread. */
#ifndef LOOPHOLE_SCHEMAC_OPTIONS_H
#define LOOPHOLE_SCHEMAC_OPTIONS_H

struct schemac_options {
    const char *out;  /* directory of schema_*.h and schema_*.c */
    const char *docs; /* file of the documentation, or NULL */
    const char *head; /* file to put before the documentation, or NULL */
    int file_count;
    char **files;
};

/* Reads the command line. A wrong one ends the process with a message. */
struct schemac_options options_read(int argc, char **argv);

#endif
