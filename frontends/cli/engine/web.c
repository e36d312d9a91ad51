/* web.c: the address of the web app. */

#include "frontends/cli/base/desktop.h"
#include "frontends/cli/base/shared.h"
#include "frontends/cli/engine/engine_commands.h"
#include "schema_web.h"

static enum err open_browser(char *address, struct fault *fault)
{
    if (desktop_run((char *[]){ "xdg-open", address, NULL }))
        return ERR_OK;
    fault_set(fault, ERR_NOT_FOUND, "xdg-open found no browser");
    return fault_hint(fault, "open the address that `loophole web` prints");
}

enum err web_show(struct cli *cli, struct fault *fault)
{
    struct web_place place = { 0 };
    enum err e = cli_ask(cli, "web.address", NULL, &place, fault);
    char address[256];

    if (e != ERR_OK)
        return e;
    if (cli->options.json)
        (void)cli_json(cli, &web_place_shape, &place);
    else
        cli_print(&cli->out, "%.*s\n", TEXT_ARG(place.address));
    return cli->options.open && text_copy(address, sizeof(address), place.address) ? open_browser(address, fault)
                                                                                   : ERR_OK;
}
