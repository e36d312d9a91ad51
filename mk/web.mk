# ---- the browser app: frontends/web/app -> frontends/web/dist, which is committed ----
web: $(BUILD)/gen/.made
	@tools/packages test
	@tools/web $(BUILD) '$(CURDIR)/frontends/web/dist'
# Lays the sources of the page and its tests out.
format-web: $(BUILD)/gen/.made
	@tools/packages test
	@tools/web $(BUILD)
	@'$(BUILD)/web/node_modules/.bin/biome' format --write
# Pictures of each mode in both themes and three sizes, for people to look at.
shots: all
	@PICTURES='$(abspath $(BUILD))/shots' BUILD='$(abspath $(BUILD))' tests/web/shots.py each_mode_is_pictured
	@echo 'The pictures are in $(BUILD)/shots.'
# The time from an input to its paint, while meters, playhead and a map of 100,000 points move.
paint: all
	@BUILD='$(abspath $(BUILD))' tests/web/shots.py inputs_are_painted
.PHONY: web format-web shots paint
