# ---- the second compiler, and hardening: fuzzing and sanitizers, each in a build of its own ----
CLANG := $(notdir $(lastword $(shell ls /usr/bin/clang /usr/bin/clang-[0-9]* 2>/dev/null | sort -V)))
# tests/fuzz/PART/NAME.c is a target of libFuzzer; it links the files of PART that it uses.
FUZZ_SRC    := $(wildcard tests/fuzz/*/*.c)
FUZZERS     := $(patsubst tests/fuzz/%.c,$(BUILD)/targets/%,$(FUZZ_SRC))
FUZZ_BUILD   = CC=$(CLANG) EXTRA='$(SANITIZED) -fno-sanitize-recover=all'
SANITIZED   := -fsanitize=address,undefined
$(BUILD)/libfuzz.a: $(call objects,$(wildcard tests/fuzz/*.c))
fuzz_folder  = $(if $(filter schemac,$(1)),proto/schemac,$(call part_folder,$(1)))
define fuzz_part
$(BUILD)/libfuzz_$(1).a: $$(filter-out %/main.o,$$(call parts,$(call fuzz_folder,$(1))))
endef
define fuzz_target
$(BUILD)/targets/$(1): $(BUILD)/tests/fuzz/$(1).o $(BUILD)/libfuzz.a $$(OWN_HOME) \
                       $$(if $(call fuzz_folder,$(2)),$(BUILD)/libfuzz_$(2).a) $$(ENGINE)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	$$(Q)$$(CC) $$(LDFLAGS) $$(wraps) -fsanitize=fuzzer -o $$@ $$^ $(LIBS_$(2)) $$(if $(LIBS_$(2)),,-llmdb) $$(LIBS)
endef
$(foreach p,$(sort $(patsubst tests/fuzz/%/,%,$(dir $(FUZZ_SRC)))),$(if $(call fuzz_folder,$(p)),$(eval $(call fuzz_part,$(p)))))
$(foreach t,$(FUZZ_SRC),$(eval $(call fuzz_target,$(patsubst tests/fuzz/%.c,%,$(t)),$(patsubst tests/fuzz/%/,%,$(dir $(t))))))
fuzz-targets: $(FUZZERS)
fuzz-build: SANITIZED += -fsanitize=fuzzer-no-link
fuzz-build:
	@$(MAKE) --no-print-directory $(FUZZ_BUILD) BUILD=$(BUILD)/fuzz WARN= STRICT= MODE='-O1 -g -fno-omit-frame-pointer' fuzz-targets
# For tests/fuzz/seeds.sh: it runs each target once. To optimise them takes three times as long as all the rest, and to note
# which branches run, which only a search for new inputs needs, takes a third. A warning is an error here.
seed-build:
	@$(MAKE) --no-print-directory $(FUZZ_BUILD) BUILD=$(BUILD)/seeds STRICT=1 MODE='-O0 -g' fuzz-targets
# Checks that clang gives no warning for the same sources: it compiles those of the fuzz targets, and reads all others, many
# with one process, because to start it takes as long as to read one.
clang-clean: seed-build
	@find common proto store services supervisor frontends tests/unit -name '*.c' | while read -r f; do \
	    [ -f $(BUILD)/seeds/$${f%.c}.o ] || printf -- '-Xclang\0%s\0' $$f; done | xargs -0 -P $$(nproc) -n 32 \
	    $(CLANG) -std=c17 -D_GNU_SOURCE $(WARN) $(CLANG_ODD) $(ERRORS) $(sort $(INCLUDES)) -I. -I$(BUILD)/seeds/gen \
	    -DLOOPHOLE_VERSION='""' -DWEB_DIST='""' -DCOMPOSER_SQL='""' -fsyntax-only -x c /dev/null
	@echo '  $(CLANG) finds nothing'
# make fuzz MINUTES=10 [TARGET=proto/codec]
MINUTES ?= 10
TARGET  ?=
fuzz: fuzz-build
	@BUILD='$(abspath $(BUILD))' tests/fuzz/run $(MINUTES) $(TARGET)

# make asan · ubsan · tsan: unit tests, and scripts with real processes; a sanitizer's report fails them.
# SANITIZED_SCRIPTS=… names other scripts. ThreadSanitizer does not support a fork in a process with threads.
SANITIZED_SCRIPTS ?= $(filter-out %/install_test.py,$(wildcard $(AREAS:%=tests/%/*_test.py)))
SANITIZED_UNITS = $(if $(filter tsan,$(1)),$(filter-out tests/unit/proto/service%,$(UNIT_SRC)),$(UNIT_SRC))
SANITIZE_asan  := address
SANITIZE_ubsan := undefined
SANITIZE_tsan  := thread
asan ubsan tsan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/$@ CC=$(CLANG) WARN= STRICT= MODE='-O1 -g -fno-omit-frame-pointer' \
	    EXTRA='-fsanitize=$(SANITIZE_$@) -fno-sanitize-recover=all' all units fault-tools
	@BUILD='$(abspath $(BUILD))/$@' tests/sanitized \
	    $(patsubst tests/unit/%.c,$(BUILD)/$@/tests/%,$(call SANITIZED_UNITS,$@)) \
	    $(SANITIZED_SCRIPTS)
.PHONY: fuzz fuzz-build seed-build fuzz-targets clang-clean asan ubsan tsan
