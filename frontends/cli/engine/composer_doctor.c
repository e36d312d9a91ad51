#include "frontends/cli/engine/composer_doctor.h"

#include "schema_composer.h"

static const char *direction_of(double skew)
{
    return skew < 0 ? "behind" : "ahead of";
}

/* Reports problems that do not stop the exchange, but that a person should know. */
static void look_at_details(struct doctor *doctor, const struct composer_status *now)
{
    double skew = now->has_skew ? now->skew : 0;

    if (now->has_refused)
        doctor_finding(doctor, WATCH, "composer", "loophole composer status",
                       "statements that the server refuses: %llu; the last one: %.*s", (unsigned long long)now->refused,
                       TEXT_ARG(now->refused_why));
    if (now->has_rebuilding && now->rebuilding)
        doctor_finding(doctor, WATCH, "composer", "loophole composer sync",
                       "the copy of the community's knowledge was damaged: it is read again");
    if (now->has_stopped)
        doctor_finding(doctor, WATCH, "composer", "loophole composer exclude list", "%.*s", TEXT_ARG(now->stopped));
    if (now->has_excluded)
        doctor_finding(doctor, FINE, "composer", "", "excluded folders: %llu", (unsigned long long)now->excluded);
    if (now->has_confirm)
        doctor_finding(doctor, WATCH, "composer", "loophole composer level",
                       "nothing is shared: the level was %s before this catalogue was restored or came to this machine",
                       choice_word(&sharing_table, now->confirm.value));
    if (now->has_skew)
        doctor_finding(doctor, WATCH, "composer", "set the clock of this machine, or of the server",
                       "the server's clock is %.0f s %s this machine's: the exchange does not depend on it",
                       skew < 0 ? -skew : skew, direction_of(skew));
}

static void look_at_team(struct doctor *doctor)
{
    struct team_shown team = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "composer.team", NULL, 2000, NULL, &team, &fault) != ERR_OK ||
        !(team.team.len || team.leaving))
        return;
    if (team.leaving)
        doctor_finding(doctor, WATCH, "team", "loophole composer team show",
                       "the server does not know yet that this engine left its team%s%.*s", team.error.len ? ": " : "",
                       TEXT_ARG(team.error));
    else if (team.elsewhere)
        doctor_finding(doctor, WATCH, "team", "loophole composer team join",
                       "nothing is sent: this catalogue was restored, or comes from another machine");
    else if (team.error.len)
        doctor_finding(doctor, WATCH, "team", "loophole composer team show", "the last exchange failed: %.*s",
                       TEXT_ARG(team.error));
    else
        doctor_finding(doctor, FINE, "team", "", "members: %u; statements not sent yet: %llu", team.members.count,
                       (unsigned long long)team.waiting);
}

void composer_doctor(struct doctor *doctor)
{
    struct composer_status now = { 0 };
    struct fault fault = { 0 };

    if (ask(doctor->cli->asker, "composer.state", NULL, 2000, NULL, &now, &fault) != ERR_OK)
        return; /* it is among the services */
    look_at_details(doctor, &now);
    look_at_team(doctor);
    if (now.forgetting)
        doctor_finding(doctor, WATCH, "composer", "loophole composer status",
                       "the server has not yet confirmed that it removed what this studio shared");
    else if (now.level.value <= SHARING_OFF)
        doctor_finding(doctor, FINE, "composer", "", "the level is off: nothing leaves this studio");
    else if (!now.server.len)
        doctor_finding(doctor, WATCH, "composer", "set [composer] server, or `loophole composer level off`",
                       "the level is %s, but no server is set", choice_word(&sharing_table, now.level.value));
    else if (now.error.len)
        doctor_finding(doctor, WATCH, "composer", "loophole composer status", "the last exchange failed: %.*s",
                       TEXT_ARG(now.error));
    else
        doctor_finding(doctor, FINE, "composer", "", "rows of the community: %llu; statements not sent yet: %llu",
                       (unsigned long long)now.inbox, (unsigned long long)now.outbox);
}
