# ---- unit tests: tests/unit/PART/[FLOOR/]NAME_test.c links the real objects of PART (all but its main) ----
# Programs that only tests run are linked by lld or gold where one is installed: both take half the processor time of ld.
TEST_LDFLAGS := $(addprefix -fuse-ld=,$(firstword $(foreach l,lld gold,$(if $(shell command -v ld.$(l)),$(l)))))
# A function __wrap_X of a test's objects takes the calls of X. These programs are linked by ld: with lld and gold, the calls
# within the file of X would go to it too.
wraps = $$(nm --defined-only $(filter $(BUILD)/tests/%,$^) | sed -n 's/.* T __wrap_/-Wl,--wrap=/p' | grep . || echo $(TEST_LDFLAGS))
UNIT_SRC := $(wildcard tests/unit/*/*_test.c tests/unit/*/*/*_test.c)
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
part_folder = $(firstword $(wildcard services/$(1) $(filter supervisor,$(1)) $(if $(filter cli web osc,$(1)),frontends/$(1))))
define unit
$(BUILD)/tests/$(1): $(BUILD)/tests/unit/$(1).o $(BUILD)/tests/unit/claim.a $$(filter-out %/main.o,$$(if $(call part_folder,$(2)),$$(call parts,$(call part_folder,$(2))))) $$(OWN_HOME) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) $$(wraps) -o $$@ $$^ $(LIBS_$(2)) $$(if $(LIBS_$(2)),,-llmdb) $$(LIBS) $$(LIBS_unit_$(subst /,_,$(1))) -lcmocka
endef
LIBS_unit_common_deflate_test := -lz
LIBS_unit_worker_analysis_against_test := -lebur128
$(foreach u,$(UNIT_SRC),$(eval $(call unit,$(patsubst tests/unit/%.c,%,$(u)),$(word 3,$(subst /, ,$(u))))))
units: $(UNITS)
# What a claim takes is seldom in its own lines: they are compiled with little optimisation, in half the time.
$(BUILD)/tests/unit/%.o: private MODE = -O1 -g1 $(HARDENED)
$(BUILD)/tests/unit/claim.a: $(BUILD)/tests/unit/claim.o # its main function serves the programs that have none
$(BUILD)/tests/streamer/take_flac_test: | $(BUILD)/bin/loophole-worker

# ---- programs that tests start: tests/programs/NAME.c -> BUILD/tests/programs/NAME ----
LIBS_fault_lossy := -lfuse3
PARTS_fault_lossy := tests/programs/cut/*.c
LIBS_fault_stand_in := -lseccomp
LIBS_fault_stall := -lfuse3
LIBS_fault_cloud := -lfuse3
LIBS_fault_tape := -ljack
LIBS_fault_count := -ljack
LIBS_fault_player := -ljack
LIBS_fault_through := -ljack
LIBS_fault_place := -ljack -lm
LIBS_fault_knob := -ljack
FAULT_TOOLS := $(patsubst tests/programs/%.c,$(BUILD)/tests/programs/%,$(filter-out %/forbidden.c %/skew.c %/deadly.c %/syncfs.c %/unanswered.c,$(wildcard tests/programs/*.c)))
$(BUILD)/tests/programs/%.so: tests/programs/%.c | $(NEEDS)
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -fPIC -shared -o $@ $< -ldl
define fault_tool
$(BUILD)/tests/programs/$(1): $$(call objects,tests/programs/$(1).c $$(wildcard $$(PARTS_fault_$(1)))) $$(OWN_HOME) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) $(TEST_LDFLAGS) -o $$@ $$^ $$(LIBS_fault_$(1)) -llmdb $$(LIBS)
endef
$(foreach t,$(notdir $(FAULT_TOOLS)),$(eval $(call fault_tool,$(t))))
PRELOADED   := $(patsubst %,$(BUILD)/tests/programs/%.so,forbidden skew deadly syncfs unanswered)
fault-tools: $(FAULT_TOOLS) $(PRELOADED)

# ---- the simulator of the protocol (tests/sim/sim.h), and one with flaws that it must find ----
SIM_O := $(call objects,$(filter-out %/broken.c,$(wildcard tests/sim/*.c)))
sims: $(BUILD)/simulate $(BUILD)/simulate_broken
$(BUILD)/simulate_broken: $(BUILD)/tests/sim/broken.o
$(BUILD)/simulate $(BUILD)/simulate_broken: $(SIM_O) $(OWN_HOME) $(filter-out %/main.o,$(call parts,services/persist)) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) $(wraps) -o $@ $(filter %.o,$^) $(ENGINE) $(LIBS_persist) $(LIBS)

TEST_PROGRAMS := $(addprefix $(BUILD)/tests/,$(filter-out %.skip,$(patsubst tests/unit/%.c,%,$(UNIT_SRC))))
# The longest begin first, so that none is left over at the end.
LONGEST := web/web_test.py strangers/messages_test.py sound/follow_test.py projects/recovery_test.py composer/composer_test.py \
    sound/sampler_test.py drives/mount_faults_test.py durability/persist_syscalls_test.py loops/loop_test.py \
    composer/composer_team_test.py projects/project_sound_test.py kits/pattern_errors_test.py dropouts/record_kill_test.py \
    composer/composer_refusal_test.py kits/kit_test.py drives/availability_test.py sound/treatment_test.py \
    dropouts/flac_kill_test.py drives/hung_command_test.py sound/song_test.py engine/poison_test.py sound/streamer_test.py \
    record/record_bars_test.py sound/place_test.py strangers/hostile_test.py library/send_test.py \
    dropouts/streamer_kill_test.py harness
AREAS       := composer drives engine gateway kits library loops projects record search sound
FAULT_AREAS := dropouts durability faults project_kills strangers
LONGEST_UNITS := audio/death/engine_pause_test audio/death/engine_survival_test
LONG_TESTS     = $(addprefix $(BUILD)/tests/,$(LONGEST_UNITS)) $(addprefix tests/,$(LONGEST))
OTHER_TESTS    = $(wildcard $(addprefix tests/,*/*_test.py fuzz/*.sh sim/*.sh rt/*.sh schema/*.sh)) tests/tidy tests/harness tests/clang
ALL_TESTS      = $(LONG_TESTS) $(filter-out $(LONG_TESTS),$(OTHER_TESTS) $(TEST_PROGRAMS))
# These run one at a time, at the end:
ALONE := engine/bench_test.py # it compares the speed of two programs
ALONE += dropouts/realtime_test.py # it measures the latency of the audio core
ALONE += dropouts/standby_test.py # it counts the frames that are lost between two audio cores
# These only compute; one of them runs at a time, beside the others:
BUSY := rt/spin.sh fuzz/seeds.sh sim/sim.sh clang
test: all units $(BUILD)/rt/all.o fault-tools rt-tools sims benches
	@BUILD='$(abspath $(BUILD))' ALONE='$(ALONE)' BUSY='$(BUSY)' tests/run $(ALL_TESTS)
# The minutes before a commit: the shape of the source, units, schemas, and one claim of each service and front-end.
check: all units $(BUILD)/rt/all.o fault-tools
	@BUILD='$(abspath $(BUILD))' tests/run tests/smoke tests/tidy $(wildcard tests/schema/*.sh tests/schema/*_test.py) $(TEST_PROGRAMS)
# The fault tests at their full length: hours.
faults: all fault-tools
	@LONG=1 LIMIT=36000 ALONE='$(ALONE)' BUILD='$(abspath $(BUILD))' tests/run $(wildcard $(FAULT_AREAS:%=tests/%/*_test.py))
# Runs both commands of the README in fresh systems of Debian 12 and 13, as root. SUITES=trixie selects one.
portable:
	@tools/packages portable
	@tools/portable $(BUILD)/portable $(SUITES)
.PHONY: units fault-tools sims test check faults portable
