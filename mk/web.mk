# ---- the browser app: frontends/web/app -> frontends/web/dist, which is committed ----
web: $(BUILD)/gen/.made
	@tools/packages test
	@tools/web $(BUILD) '$(CURDIR)/frontends/web/dist'
.PHONY: web
