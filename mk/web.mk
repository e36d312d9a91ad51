# ---- the browser app: frontends/web/app -> frontends/web/dist, which is committed ----
web: $(BUILD)/gen/.made
	@tools/packages test
	@tools/web $(BUILD) '$(CURDIR)/frontends/web/dist'
# Pictures of each mode in both themes and three sizes, for people to look at.
shots: all
	@PICTURES='$(abspath $(BUILD))/shots' BUILD='$(abspath $(BUILD))' tests/web/shots.py
	@echo 'The pictures are in $(BUILD)/shots.'
.PHONY: web shots
