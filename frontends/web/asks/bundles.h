/* bundles.h: asks about bundles, which `loophole bundle` answers. */
#ifndef LOOPHOLE_WEB_ASKS_BUNDLES_H
#define LOOPHOLE_WEB_ASKS_BUNDLES_H

#include "frontends/web/asks/own_asks.h"

/* Run `loophole bundle plan`, `verify`, `export` and `import`. The answers come later. Errors: bad_request,
 * conflict. */
enum err bundles_plan(struct own_asks *own, struct call *call, const struct web_bundle_plan *ask);
enum err bundles_verify(struct own_asks *own, struct call *call, const struct web_bundle_verify *ask);
enum err bundles_export(struct own_asks *own, struct call *call, const struct web_bundle_export *ask);
enum err bundles_import(struct own_asks *own, struct call *call, const struct web_bundle_import *ask);

#endif
