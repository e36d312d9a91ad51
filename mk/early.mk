# ---- the installation of the packages of `make run` ----
# While the libraries are installed, everything that includes no header of theirs is compiled. What includes one fails here
# without a message, and is compiled afterwards.
$(BUILD)/.packages-run: tools/packages
	@mkdir -p $(@D)
	@date +%s >$(BUILD)/.began
	@tools/packages compiler
	@tools/packages run & libraries=$$!; \
	    env -u MAKEFLAGS -u MFLAGS $(MAKE) -s -k -j$$(nproc) BUILD=$(BUILD) CC='$(CC)' early 2>/dev/null; wait $$libraries
	@echo "The libraries and the compilation beside them: $$(($$(date +%s) - $$(cat $(BUILD)/.began))) s"
	@touch $@
early: $(COMMON_O) $(PROTO_O) $(STORE_O) $(call parts,supervisor) $(call parts,frontends/cli) \
       $(foreach s,$(SERVICES),$(call parts,services/$(s))) $(foreach f,$(FRONTENDS),$(call parts,frontends/$(f)))
.PHONY: early
