# ---- the real-time code ----
# The code of the audio thread: the same objects that the programs are linked from, in one. tests/rt/check_rt.sh compares
# their undefined symbols with tests/rt/allowed.
RT_OBJECTS := $(call objects,$(wildcard common/rt/*.c services/audio/dsp/*.c services/audio/rt/*.c) services/audio/jack/rt_jack.c)
$(BUILD)/rt/all.o: $(RT_OBJECTS)
	@mkdir -p $(@D)
	@echo '  LD   $@'
	$(Q)$(LD) -r -o $@ $^
check-rt: $(BUILD)/rt/all.o $(BUILD)/bin/loophole-audio
	@BUILD='$(abspath $(BUILD))' tests/rt/check_rt.sh
# The programs of tests/rt/kill.sh: tests/rt/NAME.c -> BUILD/tests/rt/NAME
RT_TOOLS := $(BUILD)/tests/rt/kill $(BUILD)/tests/rt/steps
$(RT_TOOLS): %: %.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
rt-tools: $(RT_TOOLS)
.PHONY: check-rt rt-tools
