/* web.c: the address of the web app. */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#include "frontends/cli/base/cli.h"
#include "schema_web.h"

extern char **environ;

static enum err open_browser(const char *address, struct fault *fault)
{
    char *argv[] = { "xdg-open", (char *)(uintptr_t)address, NULL };
    pid_t pid;
    int status = 0, failed = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);

    if (failed)
        return fault_errno(fault, ERR_NOT_FOUND, failed, "cannot start xdg-open");
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
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
