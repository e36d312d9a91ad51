/* report.h: errors for the author of a schema, on standard error. One thread. */
#ifndef LOOPHOLE_SCHEMAC_REPORT_H
#define LOOPHOLE_SCHEMAC_REPORT_H

#include "proto/schemac/model.h"

/* "FILE:LINE:COLUMN: error: WHAT; WHAT TO DO". Returns ERR_BAD_REQUEST, so that `return report(…)` reads well. */
enum err report(struct source_place place, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
