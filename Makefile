# loophole · make run · make test · make install · see README.md
VERSION  := 0.1.0
ifeq ($(findstring -j,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
BUILD    ?= build
ifeq ($(origin CC),default)
CC       := gcc
endif
PREFIX   ?= /usr/local
HARDENED := -D_FORTIFY_SOURCE=3 -fstack-protector-strong
MODE     ?= -O2 -g $(HARDENED)
# make V=1 shows the commands.
Q        := $(if $(V),,@)
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wvla
# A warning is an error for developers (make test, or STRICT=1), never for a user with a newer compiler. An update of a
# library may declare a function deprecated at any time: that stays a warning.
STRICT   ?= $(filter test check,$(MAKECMDGOALS))
ERRORS   := -Werror -Wno-error=deprecated-declarations
# Constants are enums, and some of them are rates: clang warns of arithmetic between these since version 19.
CLANG_ODD := -Wno-unknown-warning-option -Wno-enum-float-conversion
CFLAGS    = -std=c17 -D_GNU_SOURCE $(MODE) $(QUICK) -fPIE $(WARN) $(if $(findstring clang,$(CC)),$(CLANG_ODD)) \
            $(if $(STRICT),$(ERRORS)) -I. -I$(BUILD)/gen $(sort $(INCLUDES)) -MMD -MP -DLOOPHOLE_VERSION='"$(VERSION)"' $(EXTRA)
LDFLAGS  := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(EXTRA)

SERVICES      := persist search availability indexer worker streamer audio project composer
FRONTENDS     := web osc

SCHEMAS  := $(wildcard schemas/*.schema)
GEN_C    := $(patsubst schemas/%.schema,$(BUILD)/gen/schema_%.c,$(SCHEMAS)) $(BUILD)/gen/schema_all.c
GEN_H    := $(patsubst schemas/%.schema,$(BUILD)/gen/schema_%.h,$(SCHEMAS))
objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))
COMMON_O := $(call objects,$(wildcard common/*.c common/*/*.c))
PROTO_O  := $(call objects,$(wildcard proto/wire/*.c proto/peers/*.c proto/transport/*.c proto/service/*.c)) $(patsubst $(BUILD)/gen/%.c,$(BUILD)/gen/%.o,$(GEN_C))
STORE_O  := $(call objects,$(wildcard store/*.c store/*/*.c))
PROGRAMS := $(addprefix $(BUILD)/bin/loophole-,$(foreach s,$(SERVICES),$(if $(wildcard services/$(s)/main.c),$(s)))) \
            $(addprefix $(BUILD)/bin/loophole-,$(FRONTENDS)) \
            $(if $(wildcard supervisor/main.c),$(BUILD)/bin/loopholed) \
            $(if $(wildcard frontends/cli/main.c),$(BUILD)/bin/loophole)

# `make run`, `check` and `test` first install missing packages; no other target changes the system. With -n, -q or -t they
# install nothing, although make would even then make an included file and its prerequisites.
SHORT  := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
PRINTS := $(if $(findstring n,$(SHORT))$(findstring q,$(SHORT))$(findstring t,$(SHORT)),yes)
NEEDS := $(if $(PRINTS),,$(if $(filter run check test,$(MAKECMDGOALS)),$(BUILD)/.packages-$(if $(filter check test,$(MAKECMDGOALS)),test,run)))
# LIBS and LIBS_PART: the libraries of each part, and INCLUDES, from pkg-config.
ifneq ($(filter-out clean stop portable early composer-server composer-server-stop,$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/libraries.mk
endif

include mk/quick.mk
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
all: $(PROGRAMS)

# ---- the schema compiler makes tables, structs and docs/protocol.md from schemas/ ----
SCHEMAC_O := $(call objects,$(wildcard proto/schemac/*.c)) $(call objects,common/alloc.c common/crash.c common/file_write.c common/clock.c common/err.c common/text.c common/arena.c common/buffer.c common/file.c)
$(BUILD)/schemac: $(SCHEMAC_O)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(SCHEMAC_O)
$(BUILD)/gen/.made: $(BUILD)/schemac $(SCHEMAS) docs/protocol.head.md
	@mkdir -p $(BUILD)/gen
	@echo '  SCHEMAS'
	$(Q)$(BUILD)/schemac --out $(BUILD)/gen --docs $(BUILD)/gen/protocol.md --head docs/protocol.head.md $(SCHEMAS)
	@touch $@
$(GEN_C) $(GEN_H): $(BUILD)/gen/.made ;
docs: $(BUILD)/gen/.made
	cp $(BUILD)/gen/protocol.md docs/protocol.md

# ---- objects and programs ----
$(BUILD)/.packages-%: tools/packages
	@mkdir -p $(@D)
	tools/packages $*
	@touch $@
ALWAYS: ;
# This file is included, so make begins anew after it: before the packages are there, nothing that needs them is made.
# Without ALWAYS, make would not miss a file that a pattern makes.
$(BUILD)/libraries.mk: tools/libraries $(NEEDS) $(if $(wildcard $(or $(NEEDS),.)),,ALWAYS)
	@mkdir -p $(@D)
	@tools/libraries >$@
$(SCHEMAC_O): $(BUILD)/%.o: %.c $(BUILD)/.optimised | $(NEEDS)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/.optimised
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<
$(BUILD)/%.o: %.c $(BUILD)/gen/.made $(BUILD)/.optimised | $(NEEDS)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_$(subst /,_,$(patsubst services/%/,%,$(dir $<)))) -c -o $@ $<

$(BUILD)/libcommon.a: $(COMMON_O)
$(BUILD)/libproto.a: $(PROTO_O)
$(BUILD)/libstore.a: $(STORE_O)
$(BUILD)/%.a:
	@rm -f $@
	@echo '  AR   $@'
	$(Q)ar rcs $@ $^
$(BUILD)/services/worker/analysis/features/model.o: model/weights.bin
# The built web app is compiled in: for each file its size and path in a line, then its bytes.
WEB_DIST := $(sort $(shell [ ! -d frontends/web/dist ] || find frontends/web/dist -type f))
CFLAGS_frontends_web_ := -DWEB_DIST='"$(BUILD)/gen/web_dist"'
$(BUILD)/gen/web_dist: $(WEB_DIST) Makefile
	@mkdir -p $(@D)
	$(Q)for f in $(WEB_DIST); do echo "$$(wc -c <$$f) $${f#frontends/web/dist/}"; cat $$f; done >$@
$(BUILD)/frontends/web/dist.o: $(BUILD)/gen/web_dist
CFLAGS_worker_analysis := -O3 -fno-math-errno -fno-trapping-math -fno-signed-zeros -fassociative-math
CFLAGS_worker_analysis_features := $(CFLAGS_worker_analysis)
CFLAGS_audio_rt := -O3 -fno-math-errno -fno-trapping-math
CFLAGS_audio_dsp := $(CFLAGS_audio_rt)
ANALYSIS_O := $(call objects,services/worker/decode/decode.c services/worker/decode/input.c $(wildcard services/worker/analysis/*.c services/worker/analysis/*/*.c))
$(BUILD)/analyse_file: $(BUILD)/model/analyse_file.o $(ANALYSIS_O) $(BUILD)/libproto.a $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_worker) $(LIBS)
model: $(BUILD)/.packages-model
	OPENBLAS_NUM_THREADS=1 nice env -u MAKEFLAGS /usr/bin/python3 model/train.py --build $(BUILD) $(MODEL)
OWN_HOME := $(BUILD)/tests/own_home.o
ENGINE := $(BUILD)/libstore.a $(BUILD)/libproto.a $(BUILD)/libcommon.a

# A program is linked from the objects of its folder and sub-folders.
parts = $(call objects,$(wildcard $(1)/*.c $(1)/*/*.c $(1)/*/*/*.c))
define program
$(2): $$(call parts,$(1)) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(call parts,$(1)) $$(ENGINE) $(3) $$(LIBS)
endef
$(foreach s,$(SERVICES),$(eval $(call program,services/$(s),$(BUILD)/bin/loophole-$(s),$(LIBS_$(s)))))
$(foreach f,$(FRONTENDS),$(eval $(call program,frontends/$(f),$(BUILD)/bin/loophole-$(f),$(LIBS_$(f)))))
$(eval $(call program,supervisor,$(BUILD)/bin/loopholed,$(LIBS_supervisor)))
$(eval $(call program,frontends/cli,$(BUILD)/bin/loophole,$(LIBS_cli)))

# ---- run, stop, test ----
LIBRARY ?=
run: all $(if $(LIBRARY),,$(BUILD)/.packages-sounds)
	@BEGAN=$$(cat $(BUILD)/.began 2>/dev/null) tools/demo $(BUILD)/bin $(LIBRARY)
stop:
	@$(BUILD)/bin/loophole down
# Each file has one group of targets.
include mk/early.mk mk/tests.mk mk/rt.mk mk/bench.mk mk/harden.mk mk/install.mk mk/web.mk mk/composer.mk

clean:
	rm -rf $(BUILD)

# All dependency files, except those in the systems of `make portable`.
-include $(shell find $(BUILD) -path $(BUILD)/portable -prune -o -name '*.d' -type f -print 2>/dev/null)
.PHONY: ALWAYS all docs model run stop clean
