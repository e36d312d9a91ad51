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
MODE     ?= -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong
# make V=1 shows the commands.
Q        := $(if $(V),,@)
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wvla
# A warning is an error for whoever changes loophole (make test, or STRICT=1), never for a user's newer compiler.
STRICT   ?= $(filter test,$(MAKECMDGOALS))
CFLAGS    = -std=c17 -D_GNU_SOURCE $(MODE) -fPIE $(WARN) $(if $(STRICT),-Werror) -I. -I$(BUILD)/gen \
            $(sort $(INCLUDES)) -MMD -MP -DLOOPHOLE_VERSION='"$(VERSION)"' $(EXTRA)
LDFLAGS  := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(EXTRA)

SERVICES      := persist search indexer worker streamer audio

SCHEMAS  := $(wildcard schemas/*.schema)
GEN_C    := $(patsubst schemas/%.schema,$(BUILD)/gen/schema_%.c,$(SCHEMAS)) $(BUILD)/gen/schema_all.c
GEN_H    := $(patsubst schemas/%.schema,$(BUILD)/gen/schema_%.h,$(SCHEMAS))
objects   = $(patsubst %.c,$(BUILD)/%.o,$(1))
COMMON_O := $(call objects,$(wildcard common/*.c common/rt/*.c))
PROTO_O  := $(call objects,$(wildcard proto/*.c)) $(patsubst $(BUILD)/gen/%.c,$(BUILD)/gen/%.o,$(GEN_C))
STORE_O  := $(call objects,$(wildcard store/*.c))
PROGRAMS := $(addprefix $(BUILD)/bin/loophole-,$(foreach s,$(SERVICES),$(if $(wildcard services/$(s)/main.c),$(s)))) \
            $(if $(wildcard supervisor/main.c),$(BUILD)/bin/loopholed) \
            $(if $(wildcard frontends/cli/main.c),$(BUILD)/bin/loophole)

# `make run` and `make test` install what is missing first; nothing else touches the system. make that only prints, asks
# or touches (-n, -q, -t) does not: it would still make the file that it includes, and what that needs.
SHORT  := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
PRINTS := $(if $(findstring n,$(SHORT))$(findstring q,$(SHORT))$(findstring t,$(SHORT)),yes)
NEEDS := $(if $(PRINTS),,$(if $(filter run test,$(MAKECMDGOALS)),$(BUILD)/.packages-$(if $(filter test,$(MAKECMDGOALS)),test,run)))
# LIBS and LIBS_PART: what each part is linked with, and INCLUDES, as pkg-config knows them here.
ifneq ($(filter-out clean stop portable,$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/libraries.mk
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
all: $(PROGRAMS)

# ---- the schema compiler makes tables, structs and docs/protocol.md from schemas/ ----
SCHEMAC_O := $(call objects,$(wildcard proto/schemac/*.c)) $(call objects,common/err.c common/text.c common/arena.c common/buffer.c common/file.c)
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
$(BUILD)/libraries.mk: tools/libraries | $(NEEDS)
	@mkdir -p $(@D)
	@tools/libraries >$@
$(SCHEMAC_O): $(BUILD)/%.o: %.c | $(NEEDS)
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	@echo '  CC   $<'
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<
$(BUILD)/%.o: %.c $(BUILD)/gen/.made | $(NEEDS)
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
$(BUILD)/services/worker/hear/model.o: model/weights.bin
CFLAGS_worker_hear := -O3 -fno-math-errno -fno-trapping-math -fno-signed-zeros -fassociative-math
CFLAGS_audio_rt := -O3 -fno-math-errno -fno-trapping-math
HEAR_O := $(call objects,services/worker/decode.c services/worker/input.c $(wildcard services/worker/hear/*.c))
$(BUILD)/hear_file: $(BUILD)/model/hear_file.o $(HEAR_O) $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_worker) $(LIBS)
model: $(BUILD)/.packages-model
	OPENBLAS_NUM_THREADS=1 nice env -u MAKEFLAGS /usr/bin/python3 model/train.py --build $(BUILD) $(MODEL)
ENGINE := $(BUILD)/libstore.a $(BUILD)/libproto.a $(BUILD)/libcommon.a

# The folder of a program, and its objects; parts in sub-folders belong to it.
parts = $(call objects,$(wildcard $(1)/*.c $(1)/*/*.c))
define program
$(2): $$(call parts,$(1)) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(call parts,$(1)) $$(ENGINE) $(3) $$(LIBS)
endef
$(foreach s,$(SERVICES),$(eval $(call program,services/$(s),$(BUILD)/bin/loophole-$(s),$(LIBS_$(s)))))
$(eval $(call program,supervisor,$(BUILD)/bin/loopholed,$(LIBS_supervisor)))
$(eval $(call program,frontends/cli,$(BUILD)/bin/loophole,$(LIBS_cli)))

# ---- unit tests: tests/unit/PART/NAME_test.c links the real objects of PART (all but its main) ----
UNIT_SRC := $(wildcard tests/unit/*/*_test.c)
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
part_folder = $(firstword $(wildcard services/$(1) $(filter supervisor,$(1)) $(if $(filter cli,$(1)),frontends/cli)))
define unit
$(BUILD)/tests/$(1): $(BUILD)/tests/unit/$(1).o $$(filter-out %/main.o,$$(if $(call part_folder,$(2)),$$(call parts,$(call part_folder,$(2))))) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $(LIBS_$(2)) $$(if $(LIBS_$(2)),,-llmdb) $$(LIBS) -lcmocka
endef
$(foreach u,$(UNIT_SRC),$(eval $(call unit,$(patsubst tests/unit/%.c,%,$(u)),$(patsubst tests/unit/%/,%,$(dir $(u))))))
units: $(UNITS)
$(BUILD)/tests/streamer/take_flac_test: | $(BUILD)/bin/loophole-worker

# ---- what the fault tests use: tests/faults/NAME.c -> BUILD/tests/faults/NAME ----
LIBS_fault_lossy := -lfuse3
PARTS_fault_lossy := tests/faults/cut/*.c
LIBS_fault_stand_in := -lseccomp
LIBS_fault_stall := -lfuse3
LIBS_fault_tape := -ljack
LIBS_fault_count := -ljack
LIBS_fault_player := -ljack
LIBS_fault_through := -ljack
PARTS_fault_stand_in := services/worker/sandbox.c
FAULT_TOOLS := $(patsubst tests/faults/%.c,$(BUILD)/tests/faults/%,$(filter-out %/forbidden.c %/syncfs.c,$(wildcard tests/faults/*.c)))
$(BUILD)/tests/faults/%.so: tests/faults/%.c | $(NEEDS)
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -fPIC -shared -o $@ $< -ldl
define fault_tool
$(BUILD)/tests/faults/$(1): $$(call objects,tests/faults/$(1).c $$(wildcard $$(PARTS_fault_$(1)))) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(LIBS_fault_$(1)) -llmdb $$(LIBS)
endef
$(foreach t,$(notdir $(FAULT_TOOLS)),$(eval $(call fault_tool,$(t))))
fault-tools: $(FAULT_TOOLS) $(BUILD)/tests/faults/forbidden.so $(BUILD)/tests/faults/syncfs.so

# ---- the simulator of the protocol (tests/sim/sim.h), and one with flaws that it must find ----
comma := ,
wraps  = $(addprefix -Wl$(comma)--wrap=,$(1))
SIM_O := $(call objects,$(filter-out %/broken.c,$(wildcard tests/sim/*.c)))
SIM_WRAPS    := clock_now clock_steady latency_clock id_new lock_is_held poll __poll_chk txn_put txn_delete txn_commit \
                errand_start store_write changelog_trim parts_read \
                places_put places_move places_presence analysis_put edit_apply \
                log_info log_warn log_error log_fault
BROKEN_WRAPS := undo_save service_fail_held changelog_recall changelog_add
sims: $(BUILD)/simulate $(BUILD)/simulate_broken
$(BUILD)/simulate_broken: $(BUILD)/tests/sim/broken.o
$(BUILD)/simulate_broken: SIM_MORE := $(call wraps,$(BROKEN_WRAPS))
$(BUILD)/simulate $(BUILD)/simulate_broken: $(SIM_O) $(filter-out %/main.o,$(call parts,services/persist)) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) $(call wraps,$(SIM_WRAPS)) $(SIM_MORE) -o $@ $(filter %.o,$^) $(ENGINE) $(LIBS_persist) $(LIBS)
.PHONY: sims

# ---- bench: what a message costs beside what it stands on, in one run ----
$(BUILD)/bench_latency: $(call objects,$(wildcard bench/latency/*.c)) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -llmdb $(LIBS)
$(BUILD)/bench_codec: $(BUILD)/bench/codec.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
# make bench [ROUNDS=15] [LIBRARY=DIR]
ROUNDS ?= 15
bench: all $(BUILD)/bench_latency $(BUILD)/bench_codec
	@BUILD='$(abspath $(BUILD))' $(if $(LIBRARY),LIBRARY='$(LIBRARY)') bench/latency/run $(ROUNDS)
.PHONY: bench

# make bench-search [COUNT=100000] [SEED=1] [PEERS=abcdef [DATA=easy|hard]]: the nearest of many, beside other
# libraries, which it installs.
USEARCH := $(BUILD)/peers/node_modules/usearch
SEARCH_O := $(call objects,bench/search/main.c $(filter-out services/search/main.c,$(wildcard services/search/*.c)))
$(USEARCH): tools/packages
	tools/packages bench-search
	npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(BUILD)/peers usearch@2.26.2
$(BUILD)/bench/search/data.o: MODE := -O3 -march=native -ffast-math -g
$(BUILD)/bench/search/peers.o: bench/search/peers.cc bench/search/peer.h bench/search/data.h $(USEARCH)
	@mkdir -p $(@D)
	@echo '  C++  $<'
	$(Q)$(CXX) -std=c++17 -O3 -march=native -ffast-math -w -I. -I$(USEARCH)/include -DUSEARCH_USE_NUMKONG=0 -c -o $@ $<
$(BUILD)/bench_search: $(SEARCH_O) $(BUILD)/bench/search/data.o $(BUILD)/bench/search/peers.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CXX) -o $@ $^ $(LIBS_search) $(LIBS) -lfaiss -lopenblas -lgomp
bench-search: $(BUILD)/bench_search
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BUILD)/bench_search $(or $(COUNT),100000) $(or $(SEED),1) $(PEERS) $(DATA)
.PHONY: bench-search
# make bench-query [COUNT=1000000] [SEED=1]: queries with facets and counts over made-up items, beside SQLite's FTS5
QUERY_O := $(call objects,bench/query/items.c bench/query/store.c)
$(BUILD)/bench_make: $(BUILD)/bench/query/make.o $(QUERY_O) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -llmdb $(LIBS)
$(BUILD)/bench/query/fts.o: | $(BUILD)/.packages-bench-query
$(BUILD)/bench_query: $(BUILD)/bench/query/query.o $(BUILD)/bench/query/fts.o $(BUILD)/bench/query/items.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsqlite3 $(LIBS)
bench-query: all $(BUILD)/bench_make $(BUILD)/bench_query
	@BUILD=$(abspath $(BUILD)) bench/query/run $(or $(COUNT),1000000) $(or $(SEED),1)
# make bench-grow [COUNTS="1000 10000 100000 1000000"]: memory and start of search by the number of items, drawn
bench-grow: all $(BUILD)/bench_make
	@BUILD=$(abspath $(BUILD)) bench/query/grow $(COUNTS)
# make bench-twins [COUNTS="1000 10000 100000"]: how the time to find duplicates grows
$(BUILD)/bench_twins: $(BUILD)/bench/query/twins.o $(QUERY_O) $(call objects,$(filter-out services/search/main.c,$(wildcard services/search/*.c))) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_search) $(LIBS)
bench-twins: $(BUILD)/bench_twins
	@home=$$(mktemp -d /tmp/loophole-bench.XXXXXX) && LOOPHOLE_HOME=$$home $(BUILD)/bench_twins $(or $(COUNTS),1000 10000 100000); rm -rf "$$home"
# make bench-scan [COUNT=20000]: scans of small files beside a bare walk and libsndfile
$(BUILD)/bench_floor: $(BUILD)/bench/scan/floor.o
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsndfile
bench-scan: all $(BUILD)/bench_floor
	@BUILD=$(abspath $(BUILD)) bench/scan/scan $(COUNT)
.PHONY: bench-query bench-grow bench-scan bench-twins
# make bench-ear [COUNT=3000] [ROUNDS=7]: what hearing costs, beside aubio's objects and a bare decode, and a library of
# one-shots from end to end
$(BUILD)/bench_ear: $(call objects,$(wildcard bench/ear/*.c)) $(HEAR_O) $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_worker) $(LIBS)
bench-ear: all $(BUILD)/bench_ear
	@BUILD=$(abspath $(BUILD)) bench/ear/run $(or $(COUNT),3000) $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
.PHONY: bench-ear
# make bench-map [COUNT=100000] [SEED=1]: the map of so many made-up items, and how far its neighbours are true ones
$(BUILD)/bench_map: $(call objects,bench/search/map.c $(filter-out services/search/main.c,$(wildcard services/search/*.c))) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_search) $(LIBS)
bench-map: $(BUILD)/bench_map
	@$(BUILD)/bench_map $(or $(COUNT),100000) $(or $(SEED),1)
.PHONY: bench-map

# What may run on the audio thread, made once more without what a debug build adds: tests/rt/check_rt.sh holds the symbols
# it wants from outside against tests/rt/allowed.
RT_OBJECTS := $(patsubst %.c,$(BUILD)/rt/%.o,$(wildcard common/rt/*.c services/audio/rt/*.c))
RT_COMPILE := $(CC) -std=c17 -D_GNU_SOURCE -O2 -DNDEBUG -fno-stack-protector -I. -I$(BUILD)/gen
$(BUILD)/rt/%.o: %.c $(BUILD)/gen/.made
	@mkdir -p $(@D)
	@echo '  RT   $<'
	$(Q)$(RT_COMPILE) -MMD -MP -c -o $@ $<
$(BUILD)/rt/all.o: $(RT_OBJECTS)
	$(Q)$(LD) -r -o $@ $^
check-rt: $(BUILD)/rt/all.o
	@BUILD='$(abspath $(BUILD))' tests/rt/check_rt.sh
$(BUILD)/libaudio_rt.a: $(call objects,$(wildcard services/audio/rt/*.c common/rt/*.c))
$(BUILD)/bench_units: $(BUILD)/bench/audio/units.o $(BUILD)/libaudio_rt.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench_ring: $(BUILD)/bench/audio/ring.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljack $(LIBS)
$(BUILD)/bench_engine: $(BUILD)/bench/audio/engine.o $(BUILD)/services/audio/engine_open.o $(BUILD)/libaudio_rt.a $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench_streamer: $(BUILD)/bench/audio/streamer.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljack -lsndfile -llmdb $(LIBS)
# make bench-streamer [ROUNDS=100]
bench-streamer: all $(BUILD)/bench_streamer $(BUILD)/tests/faults/stall
	@BUILD='$(abspath $(BUILD))' bench/audio/streamer_run $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
.PHONY: bench-streamer
bench-audio: $(BUILD)/bench_ring $(BUILD)/bench_units $(BUILD)/bench_engine
	@$(BUILD)/bench_ring $(if $(JSON),--json) $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
	@$(if $(JSON),true,$(BUILD)/bench_units)
	@$(if $(JSON),true,$(BUILD)/bench_engine $(PERIODS))
# What tests/rt/kill.sh uses: tests/rt/NAME.c -> BUILD/tests/rt/NAME
RT_TOOLS := $(BUILD)/tests/rt/kill $(BUILD)/tests/rt/steps
$(RT_TOOLS): %: %.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
rt-tools: $(RT_TOOLS)
.PHONY: check-rt bench-audio rt-tools

# ---- run, stop, test ----
LIBRARY ?=
run: all
	@tools/demo $(BUILD)/bin $(LIBRARY)
stop:
	@$(BUILD)/bin/loophole down

TEST_PROGRAMS := $(addprefix $(BUILD)/tests/,$(filter-out %.skip,$(patsubst tests/unit/%.c,%,$(UNIT_SRC))))
TEST_SCRIPTS   = $(wildcard tests/schema/*.sh tests/service/*.sh tests/faults/*.sh tests/fuzz/*.sh tests/sim/*.sh tests/rt/*.sh) tests/tidy tests/harness
# A busy machine can make these fail: they measure latency or follow single frames. They run one at a time, at the end.
ALONE := standby.sh realtime.sh messages.sh bench.sh
test: all units $(BUILD)/rt/all.o fault-tools rt-tools sims $(BUILD)/bench_latency $(BUILD)/bench_codec $(BUILD)/bench_make clang-clean
	@BUILD='$(abspath $(BUILD))' ALONE='$(ALONE)' tests/run $(TEST_PROGRAMS) $(TEST_SCRIPTS)
# The fault tests at their full length: hours.
faults: all fault-tools
	@LONG=1 LIMIT=36000 ALONE='$(ALONE)' BUILD='$(abspath $(BUILD))' tests/run $(wildcard tests/faults/*.sh)
# The same sources without a warning from the other compiler, the newest one that is here.
NEWEST_CLANG = $(notdir $(lastword $(shell ls /usr/bin/clang /usr/bin/clang-[0-9]* 2>/dev/null | sort -V)))
# Constants are enums here, and some of them are rates.
CLANG_ODD = -Wno-unknown-warning-option -Wno-enum-float-conversion
clang-clean: $(BUILD)/gen/.made
	@find common proto store services supervisor frontends tests/unit -name '*.c' -print0 | xargs -0 -P $$(nproc) -n 8 \
	    $(NEWEST_CLANG) -std=c17 -D_GNU_SOURCE $(WARN) $(CLANG_ODD) -Werror $(sort $(INCLUDES)) -I. -I$(BUILD)/gen \
	    -DLOOPHOLE_VERSION='""' -fsyntax-only
	@echo '  $(NEWEST_CLANG) finds nothing'

# Both commands of the README in fresh systems of Debian 12 and 13, as root. SUITES=trixie: one of them.
portable:
	@tools/packages portable
	@tools/portable $(BUILD)/portable $(SUITES)

# ---- install: programs, user unit, man page, completions ----
DEST := $(DESTDIR)$(PREFIX)
install: all
	install -d $(DEST)/bin $(DEST)/lib/systemd/user $(DEST)/share/man/man1 \
	    $(DEST)/share/bash-completion/completions $(DEST)/share/zsh/site-functions \
	    $(DEST)/share/fish/vendor_completions.d $(DEST)/share/doc/loophole
	install $(PROGRAMS) $(DEST)/bin
	sed 's|@BIN@|$(PREFIX)/bin|' packaging/loophole.service > $(DEST)/lib/systemd/user/loophole.service
	$(BUILD)/bin/loophole man > $(DEST)/share/man/man1/loophole.1
	$(BUILD)/bin/loophole completion bash > $(DEST)/share/bash-completion/completions/loophole
	$(BUILD)/bin/loophole completion zsh > $(DEST)/share/zsh/site-functions/_loophole
	$(BUILD)/bin/loophole completion fish > $(DEST)/share/fish/vendor_completions.d/loophole.fish
	install -m 644 README.md LICENSE $(filter-out %.head.md,$(wildcard docs/*.md)) $(DEST)/share/doc/loophole

# ---- hardness: fuzzing and sanitizers, each in a build of its own ----
# tests/fuzz/PART/NAME.c is a target of libFuzzer; it links what it uses of PART.
FUZZ_SRC    := $(wildcard tests/fuzz/*/*.c)
FUZZERS     := $(patsubst tests/fuzz/%.c,$(BUILD)/targets/%,$(FUZZ_SRC))
FUZZ_BUILD   = BUILD=$(BUILD)/fuzz CC=clang WARN= STRICT= MODE='-O1 -g -fno-omit-frame-pointer' \
               EXTRA='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
$(BUILD)/libfuzz.a: $(call objects,$(wildcard tests/fuzz/*.c))
fuzz_folder  = $(if $(filter schemac,$(1)),proto/schemac,$(call part_folder,$(1)))
define fuzz_part
$(BUILD)/libfuzz_$(1).a: $$(filter-out %/main.o,$$(call parts,$(call fuzz_folder,$(1))))
endef
define fuzz_target
$(BUILD)/targets/$(1): $(BUILD)/tests/fuzz/$(1).o $(BUILD)/libfuzz.a \
                       $$(if $(call fuzz_folder,$(2)),$(BUILD)/libfuzz_$(2).a) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) -fsanitize=fuzzer -o $$@ $$^ $(LIBS_$(2)) $$(if $(LIBS_$(2)),,-llmdb) $$(LIBS)
endef
$(foreach p,$(sort $(patsubst tests/fuzz/%/,%,$(dir $(FUZZ_SRC)))),$(if $(call fuzz_folder,$(p)),$(eval $(call fuzz_part,$(p)))))
$(foreach t,$(FUZZ_SRC),$(eval $(call fuzz_target,$(patsubst tests/fuzz/%.c,%,$(t)),$(patsubst tests/fuzz/%/,%,$(dir $(t))))))
fuzz-targets: $(FUZZERS)
fuzz-build:
	@$(MAKE) --no-print-directory $(FUZZ_BUILD) fuzz-targets
# make fuzz MINUTES=10 [TARGET=proto/codec]
MINUTES ?= 10
TARGET  ?=
fuzz: fuzz-build
	@BUILD='$(abspath $(BUILD))' tests/fuzz/run $(MINUTES) $(TARGET)

# make asan · ubsan · tsan: unit tests and those scripts that real processes run in; a sanitizer's word fails them.
# SANITIZED_SCRIPTS=… names others. ThreadSanitizer cannot follow a process that forks beside threads.
SANITIZED_SCRIPTS ?= $(filter-out %/install.sh,$(wildcard tests/service/*.sh))
SANITIZED_UNITS = $(if $(filter tsan,$(1)),$(filter-out tests/unit/proto/service%,$(UNIT_SRC)),$(UNIT_SRC))
SANITIZE_asan  := address
SANITIZE_ubsan := undefined
SANITIZE_tsan  := thread
asan ubsan tsan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/$@ CC=clang WARN= STRICT= MODE='-O1 -g -fno-omit-frame-pointer' \
	    EXTRA='-fsanitize=$(SANITIZE_$@) -fno-sanitize-recover=all' all units fault-tools
	@BUILD='$(abspath $(BUILD))/$@' tests/sanitized \
	    $(patsubst tests/unit/%.c,$(BUILD)/$@/tests/%,$(call SANITIZED_UNITS,$@)) \
	    $(SANITIZED_SCRIPTS)
.PHONY: fuzz fuzz-build fuzz-targets asan ubsan tsan

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: portable fault-tools faults all model install docs units clean run stop test clang-clean
