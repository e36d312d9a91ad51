# ---- install: programs, user unit, man page, completions ----
DEST      := $(DESTDIR)$(PREFIX)
DOCUMENTS := $(DEST)/share/doc/loophole
install: all
	install -d $(DEST)/bin $(DEST)/lib/systemd/user $(DEST)/share/man/man1 \
	    $(DEST)/share/bash-completion/completions $(DEST)/share/zsh/site-functions \
	    $(DEST)/share/fish/vendor_completions.d $(DOCUMENTS)/docs/pictures $(DOCUMENTS)/frontends/examples
	install $(PROGRAMS) $(DEST)/bin
	sed 's|@BIN@|$(PREFIX)/bin|' packaging/loophole.service > $(DEST)/lib/systemd/user/loophole.service
	$(BUILD)/bin/loophole man > $(DEST)/share/man/man1/loophole.1
	$(BUILD)/bin/loophole completion bash > $(DEST)/share/bash-completion/completions/loophole
	$(BUILD)/bin/loophole completion zsh > $(DEST)/share/zsh/site-functions/_loophole
	$(BUILD)/bin/loophole completion fish > $(DEST)/share/fish/vendor_completions.d/loophole.fish
	install -m 644 README.md LICENSE $(DOCUMENTS)
	install -m 644 $(filter-out %.head.md,$(wildcard docs/*.md)) $(DOCUMENTS)/docs
	install -m 644 $(wildcard docs/pictures/*) $(DOCUMENTS)/docs/pictures
	cd docs && find demo -type f -exec install -D -m 644 '{}' '$(abspath $(DOCUMENTS))/docs/{}' \;
	install -m 644 $(wildcard frontends/examples/*) $(DOCUMENTS)/frontends/examples

# Removes what `install` made with the same PREFIX and DESTDIR. Homes and sounds stay.
uninstall:
	rm -f $(addprefix $(DEST)/bin/,$(notdir $(PROGRAMS))) $(DEST)/lib/systemd/user/loophole.service \
	    $(DEST)/share/man/man1/loophole.1 $(DEST)/share/bash-completion/completions/loophole \
	    $(DEST)/share/zsh/site-functions/_loophole $(DEST)/share/fish/vendor_completions.d/loophole.fish
	rm -rf $(DOCUMENTS)
.PHONY: install uninstall
