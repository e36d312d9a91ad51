/* schemac: generates C tables and structs, TypeScript types and documentation from the schemas. Writes nothing if one
 * of them is wrong. */
#include <stdlib.h>

#include "proto/schemac/check.h"
#include "proto/schemac/files.h"
#include "proto/schemac/options.h"
#include "proto/schemac/resolve.h"

int main(int argc, char **argv)
{
    struct schemac_options options = options_read(argc, argv);
    struct schema_model model = { 0 };
    enum err e = files_read(&options, &model);

    if (e == ERR_OK)
        e = resolve_model(&model);
    if (e == ERR_OK)
        e = check_model(&model);
    if (e == ERR_OK)
        e = files_write(&options, &model);

    arena_free(&model.arena);
    return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
