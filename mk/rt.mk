# ---- the real-time code ----
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
# What tests/rt/kill.sh uses: tests/rt/NAME.c -> BUILD/tests/rt/NAME
RT_TOOLS := $(BUILD)/tests/rt/kill $(BUILD)/tests/rt/steps
$(RT_TOOLS): %: %.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
rt-tools: $(RT_TOOLS)
.PHONY: check-rt rt-tools
