# `make run` compiles quickly: with little debug information, and with less optimisation where nothing is hot. A plain
# `make` after it does the same; all other targets (install, test, the benchmarks) compile everything with -O2 -g.
COLD := frontends supervisor services/project services/composer services/availability proto/schemac
WAS  := $(file <$(BUILD)/.optimised)
NOW  := $(if $(filter environment command,$(firstword $(origin MODE))),own,$(if $(filter run early,$(MAKECMDGOALS)),quick,$(if \
        $(filter-out all,$(MAKECMDGOALS)),full,$(or $(WAS),full))))
QUICK = $(if $(filter quick,$(NOW)),-g1 $(if $(filter $(addsuffix /%,$(COLD)),$<),-O1))
# All objects are made again when this file changes.
$(BUILD)/.optimised: ;
ifneq ($(NOW),$(or $(PRINTS:yes=$(NOW)),$(if $(filter clean stop portable,$(MAKECMDGOALS)),$(NOW)),$(WAS)))
$(shell mkdir -p $(BUILD) && echo $(NOW) >$(BUILD)/.optimised)
endif
