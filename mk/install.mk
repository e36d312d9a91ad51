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
.PHONY: install
