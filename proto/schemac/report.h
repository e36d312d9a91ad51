/* report.h: prints errors for the author of a schema to standard error. One thread. */
#ifndef LOOPHOLE_SCHEMAC_REPORT_H
#define LOOPHOLE_SCHEMAC_REPORT_H

#include "proto/schemac/model.h"

/* Prints "FILE:LINE:COLUMN: error: WHAT; WHAT TO DO". Returns ERR_BAD_REQUEST, for `return report(…)`. */
enum err report(struct source_place place, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
