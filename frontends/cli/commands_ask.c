/* Commands for messages and counts: one row each. */
#include "frontends/cli/base/raw.h"
#include "frontends/cli/commands.h"

static const struct command messages[] = {
    { "ask", "SERVICE.NAME|- [FIELD=VALUE…]", "Send any message of the protocol",
      "Fields of nested records: edit.notes=flat. Lists: a,b,c or JSON in brackets. The first field may be a JSON "
      "object. `ask -` reads one ask from each line of standard input, with tabs between its words, and prints one "
      "line of JSON for each: the answer or the error.",
      "body request-id budget", 1, ANY, false, raw_ask },
    { "web", "", "Print the address of the web app, or open it in a browser",
      "The address is valid for one browser, once, for ten minutes; afterwards the browser has a cookie.", "open", 0, 0,
      false, web_show },
    { "token add", "NAME", "Let a program or a browser of another machine in without the password",
      "Prints the token of this device, only once; the engine keeps its hash. The device sends it as `Authorization: "
      "Bearer TOKEN`, or gives it in place of the password on the page for other machines. With --read-only it may "
      "only send asks that change nothing, and receives events. No other machine connects before web.listen is set: "
      "docs/gateway.md describes it step by step.",
      "read-only", 1, 1, false, token_make },
    { "token list", "", "List the tokens of devices: id, rights, when made, and when last used", "", "", 0, 0, false,
      token_print_all },
    { "token remove", "NAME|ID", "Lock a device out: remove its token, and end its connections at once", "", "", 1, 1,
      false, token_remove },
    { "osc", "", "Show the port for OSC messages, and their counts", "", "", 0, 0, false, osc_show },
    { "stats", "[SERVICE]", "Show count and latency of every ask, as measured in the services", "", "watch prometheus",
      0, 1, false, stats_show },
    { "bench", "SERVICE.NAME [FIELD=VALUE…]", "Measure the latency of one message", "",
      "clients seconds rate plot body", 1, ANY, false, bench_run },
};
const struct command_group commands_messages = { "Messages", messages, sizeof(messages) / sizeof(*messages) };
