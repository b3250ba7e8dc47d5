# ccmon and ccusage in one small image, without Node: the program that npm brings for Linux needs none. No rights are needed.
#   docker build -t ccmon .
#   docker run --rm -it --hostname "$(hostname)" --user "$(id -u):$(id -g)" -v ~/.claude:/claude:ro -v ccmon:/data ccmon
ARG PYTHON=3.13
ARG NODE=22

FROM node:${NODE}-alpine AS ccusage
RUN npm install --no-fund --no-audit --prefix /npm ccusage@20.0.24 \
    && install -m 755 /npm/node_modules/@ccusage/ccusage-linux-*/bin/ccusage /ccusage \
    && /ccusage --version

FROM python:${PYTHON}-alpine AS ccmon
WORKDIR /source
COPY setup.py setup.cfg pyproject.toml README.md LICENSE ./
COPY man/ man/
COPY completions/ completions/
COPY ccmon/ ccmon/
RUN pip install --no-cache-dir --prefix /installed .

FROM python:${PYTHON}-alpine
COPY --from=ccmon /installed /usr/local
COPY --from=ccusage /ccusage /usr/local/bin/ccusage
# Any user of the machine may run it, to read that user's own logs: so /data is everybody's, as /tmp is.
RUN install -d -m 1777 /data
ENV HOME=/data CLAUDE_CONFIG_DIR=/claude LANG=C.UTF-8 TERM=xterm-256color PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /data
VOLUME /data
ENTRYPOINT ["ccmon"]
