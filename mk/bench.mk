# ---- bench: the cost of a message beside that of its parts, in the same run ----
$(BUILD)/bench_latency: $(call objects,$(wildcard bench/latency/*.c)) $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -llmdb $(LIBS)
$(BUILD)/bench_codec: $(BUILD)/bench/codec.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
# make bench [ROUNDS=15] [LIBRARY=DIR]
ROUNDS ?= 15
bench: all $(BUILD)/bench_latency $(BUILD)/bench_codec
	@BUILD='$(abspath $(BUILD))' $(if $(LIBRARY),LIBRARY='$(LIBRARY)') bench/latency/run $(ROUNDS)

# make bench-search [COUNT=100000] [SEED=1] [PEERS=abcdef [DATA=easy|hard|apart|mixed|packs|wide|PATH]]: search for nearest neighbours, beside other
# libraries, which it installs.
USEARCH := $(BUILD)/peers/node_modules/usearch
SEARCH_O := $(call objects,bench/search/main.c bench/search/ours.c) $(filter-out %/main.o,$(call parts,services/search))
$(USEARCH): tools/packages
	tools/packages bench-search
	npm install --silent --no-fund --no-audit --ignore-scripts --prefix $(BUILD)/peers usearch@2.26.2
$(BUILD)/bench/search/data.o: MODE := -O3 -march=native -ffast-math -g
$(BUILD)/bench/search/peers.o: bench/search/peers.cc bench/search/peer.h bench/search/data.h $(USEARCH)
	@mkdir -p $(@D)
	@echo '  C++  $<'
	$(Q)$(CXX) -std=c++17 -O3 -march=native -ffast-math -w -I. -I$(USEARCH)/include -DUSEARCH_USE_NUMKONG=0 -c -o $@ $<
$(BUILD)/bench_search: $(SEARCH_O) $(BUILD)/bench/search/data.o $(BUILD)/bench/search/peers.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CXX) -o $@ $^ $(LIBS_search) $(LIBS) -lfaiss -lopenblas -lgomp
bench-search: $(BUILD)/bench_search
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BUILD)/bench_search $(or $(COUNT),100000) $(or $(SEED),1) $(PEERS) $(DATA)
# make bench-recall [COUNT=100000] [SEED=1] [DATA=easy|hard|apart|mixed [WEIGHTINGS=64]]: what it finds for drawn weights and filters
$(BUILD)/bench_recall: $(call objects,bench/search/recall.c bench/search/ours.c) $(filter-out %/main.o,$(call parts,services/search)) $(BUILD)/bench/search/data.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_search) $(LIBS)
bench-recall: $(BUILD)/bench_recall
	@$(BUILD)/bench_recall $(or $(COUNT),100000) $(or $(SEED),1) $(DATA) $(if $(DATA),$(WEIGHTINGS))
# make bench-query [COUNT=1000000] [SEED=1] [IDLE=60]: queries with facets and counts over generated items, beside SQLite's FTS5
QUERY_O := $(call objects,bench/query/items.c bench/query/store.c)
$(BUILD)/bench_make: $(BUILD)/bench/query/make.o $(QUERY_O) $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -llmdb $(LIBS)
$(BUILD)/bench/query/fts.o: | $(BUILD)/.packages-bench-query
$(BUILD)/bench_query: $(BUILD)/bench/query/query.o $(BUILD)/bench/query/fts.o $(BUILD)/bench/query/items.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsqlite3 $(LIBS)
bench-query: all $(BUILD)/bench_make $(BUILD)/bench_query
	@BUILD=$(abspath $(BUILD)) bench/query/run $(or $(COUNT),1000000) $(or $(SEED),1) $(IDLE)
# make bench-grow [COUNTS="1000 10000 100000 1000000"]: a plot of search's memory and start time by the number of items
bench-grow: all $(BUILD)/bench_make
	@BUILD=$(abspath $(BUILD)) bench/query/grow $(COUNTS)
# make bench-start [COUNTS="1000 100000 1000000"]: the cost of a start of persist and of a check of the store
bench-start: all $(BUILD)/bench_make
	@BUILD=$(abspath $(BUILD)) bench/query/start $(COUNTS)
# make bench-duplicates [COUNTS="1000 10000 100000"]: how the time to find duplicates grows
$(BUILD)/bench_duplicates: $(BUILD)/bench/query/duplicates.o $(QUERY_O) $(filter-out %/main.o,$(call parts,services/search)) $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_search) $(LIBS)
bench-duplicates: $(BUILD)/bench_duplicates
	@home=$$(mktemp -d /tmp/loophole-bench.XXXXXX) && LOOPHOLE_HOME=$$home $(BUILD)/bench_duplicates $(or $(COUNTS),1000 10000 100000); rm -rf "$$home"
# make bench-composer [SEEDS="1 2 3"]: recommendations of a made-up community, beside other rankers; TUNE=1: their parameters;
# GROW="125 1000 12500": the same for other numbers of studios
$(BUILD)/bench_composer.so: bench/composer/score.c services/search/query/shrunk.h
	@echo '  LINK $@'
	$(Q)$(CC) -std=c17 -O2 -I. -shared -fPIC -o $@ $< -lm
bench-composer: $(BUILD)/bench_composer.so
	@tools/packages bench-composer
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/composer/run $(if $(TUNE),--tune,$(if $(GROW),--grow $(GROW),$(SEEDS)))
# make bench-composer-server: offers a second from 1 and 64 studios, beside bare COPY
$(BUILD)/bench_writers: $(BUILD)/bench/composer/writers.o $(BUILD)/services/composer/server/door.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lpq $(LIBS)
bench-composer-server: $(BUILD)/bench_writers
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/composer/throughput
# make bench-composer-crowd [CROWD="10000 300 1000"]: engines, seconds between two looks, studios; a server of 100 connections
$(BUILD)/bench_crowd: $(BUILD)/bench/composer/crowd.o $(BUILD)/services/composer/server/door.o $(BUILD)/services/composer/polling.o $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lpq $(LIBS)
bench-composer-crowd: $(BUILD)/bench_crowd
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/composer/crowd $(CROWD)
# make bench-composer-rounds [USES="10000 100000 1000000"]: time of a round and sizes of the server's tables
bench-composer-rounds:
	@/usr/bin/python3 bench/composer/growth $(USES)
# make bench-composer-faults [ROUNDS=20] [PACE=0.1]: asks of the other services while the server is gone, slow, full or wrong
bench-composer-faults: all
	@BUILD=$(abspath $(BUILD)) PACE=$(or $(PACE),0.1) /usr/bin/python3 bench/composer/faults $(ROUNDS)
# make bench-composer-copy [COUNTS="10000 100000 1000000"]: answers from the copy of what a community knows; its size
$(BUILD)/bench_cache: $(BUILD)/bench/composer/cache.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -llmdb $(LIBS)
bench-composer-copy: all $(BUILD)/bench_make $(BUILD)/bench_cache
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/composer/answers $(or $(COUNTS),10000 100000 1000000)
# make bench-scan [COUNT=20000]: scans of small files beside a bare walk and libsndfile
$(BUILD)/bench_floor: $(BUILD)/bench/scan/floor.o
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsndfile
bench-scan: all $(BUILD)/bench_floor
	@BUILD=$(abspath $(BUILD)) bench/scan/scan $(COUNT)
# make bench-ear [COUNT=3000] [ROUNDS=7]: the cost of an analysis, beside aubio's objects and a bare decode, and of
# indexing a whole library of one-shots
$(BUILD)/bench_ear: $(call objects,$(wildcard bench/ear/*.c)) $(ANALYSIS_O) $(BUILD)/libproto.a $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_worker) $(LIBS)
bench-ear: all $(BUILD)/bench_ear
	@BUILD=$(abspath $(BUILD)) bench/ear/run $(or $(COUNT),3000) $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
# make bench-kit: kits built of sounds without names, beside random and nearest ones; chops of voices, beside a gate of the level
# and aubio's onsets
$(BUILD)/bench_chop: $(BUILD)/bench/kit/chop.o $(BUILD)/services/worker/kits/chops.o $(BUILD)/services/worker/kits/chop_levels.o $(BUILD)/services/worker/kits/chop_timbre.o $(ANALYSIS_O) $(BUILD)/libproto.a $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_worker) $(LIBS)
bench-kit: all $(BUILD)/bench_chop $(BUILD)/bench_make
	@tools/packages bench-kit
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/kit/build
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/kit/run
	@BUILD=$(abspath $(BUILD)) /usr/bin/python3 bench/kit/many
# make bench-swap [SWAPS=1000]: from the ask for another sound of a slot to its answer
bench-swap: all
	@tools/packages bench-kit
	@BUILD=$(abspath $(BUILD)) bench/kit/swap $(or $(SWAPS),1000)
# make bench-map [COUNT=100000] [SEED=1]: the map of COUNT generated items, and the share of its neighbours that are true
$(BUILD)/bench_map: $(call objects,bench/search/map.c) $(filter-out %/main.o,$(call parts,services/search)) $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_search) $(LIBS)
bench-map: $(BUILD)/bench_map
	@$(BUILD)/bench_map $(or $(COUNT),100000) $(or $(SEED),1)

# The audio core: the ring, the units, the engine, the streamer
$(BUILD)/libaudio_rt.a: $(call objects,$(wildcard services/audio/dsp/*.c services/audio/rt/*.c common/rt/*.c))
$(BUILD)/bench_units: $(BUILD)/bench/audio/units.o $(BUILD)/libaudio_rt.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench_ring: $(BUILD)/bench/audio/ring.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljack $(LIBS)
$(BUILD)/bench_engine: $(call objects,$(addprefix bench/audio/,engine.c rig.c worst.c)) $(BUILD)/services/audio/jack/engine_open.o $(BUILD)/libaudio_rt.a $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench_streamer: $(call objects,$(addprefix bench/audio/,streamer.c loads.c)) $(BUILD)/services/streamer/play/stretch.o $(OWN_HOME) $(ENGINE)
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ljack -lsndfile -llmdb -lrubberband $(LIBS)
# make bench-streamer [ROUNDS=100]
bench-streamer: all $(BUILD)/bench_streamer $(BUILD)/tests/programs/stall
	@BUILD='$(abspath $(BUILD))' bench/audio/streamer_run $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
# make bench-attacks: what stretching leaves of the attacks of drums, beside the program rubberband
$(BUILD)/bench_attacks: $(BUILD)/bench/audio/attacks.o $(BUILD)/services/streamer/play/stretch.o $(BUILD)/libcommon.a
	@echo '  LINK $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsndfile -lrubberband $(LIBS)
bench-attacks: $(BUILD)/bench_attacks
	@tools/packages bench-attacks
	@BUILD='$(abspath $(BUILD))' bench/audio/attacks_run
# make bench-pattern [ROUNDS=300]: slots and the library of patterns, while one plays and a library is indexed
bench-pattern: all
	@BUILD='$(abspath $(BUILD))' bench/pattern/run $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
bench-audio: $(BUILD)/bench_ring $(BUILD)/bench_units $(BUILD)/bench_engine
	@$(BUILD)/bench_ring $(if $(JSON),--json) $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
	@$(if $(JSON),true,$(BUILD)/bench_units)
	@$(if $(JSON),true,$(BUILD)/bench_engine $(PERIODS))
# All but those that need packages of their own
benches: $(addprefix $(BUILD)/bench_,latency codec make duplicates map recall writers crowd cache floor ear chop ring units engine streamer attacks)
.PHONY: benches bench bench-search bench-recall bench-query bench-composer bench-composer-faults bench-composer-server bench-composer-crowd bench-composer-rounds bench-composer-copy bench-grow bench-start bench-scan bench-duplicates bench-ear bench-kit bench-swap bench-map bench-streamer bench-pattern bench-edits bench-audio bench-attacks
# make bench-edits [ROUNDS=16]: edits of a project with autosave and without it
bench-edits: all
	@BUILD='$(abspath $(BUILD))' bench/project/edits $(if $(filter command,$(firstword $(origin ROUNDS))),$(ROUNDS))
# make bench-availability [COUNTS="1000 100000 500000 1000000"] [TIMES=1000]: from the unmount of a volume to what another
# client sees; then asks beside the largest applies, and beside mounts that hang
bench-availability: all $(BUILD)/tests/programs/stall
	@BUILD=$(abspath $(BUILD)) bench/availability/unmount $(COUNTS)
	@BUILD=$(abspath $(BUILD)) bench/availability/asks $(TIMES)
