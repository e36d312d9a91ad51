#include "proto/schemac/report.h"

#include <stdarg.h>
#include <stdio.h>

enum err report(struct source_place place, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%u:%u: error: ", place.path, place.line, place.column);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return ERR_BAD_REQUEST;
}
