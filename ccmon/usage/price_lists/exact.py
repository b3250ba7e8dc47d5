"""Prices of models that are found by their whole name only. Written by tests/price_lists.py; ccmon/usage/priced.py reads it."""

TEXT = """\
0.4 1.5 . 0.2: GLM-4.6-Derestricted-v5; 0.23 1.16 . .: Kloker Kloker-Integration-Architect Kloker-Integration-Developer; 0.3 1.2
. .: MiniMax-M2.1 MiniMax-M2.5 kat-coder-pro; 0.6 2.4 0.375 .: MiniMax-M2.5-highspeed MiniMax-M2.7-highspeed; 0.3 1.2 . 0.06:
MiniMax-M2.7 accounts/fireworks/routers/minimax-latest kwaipilot/kat-coder-pro minimax-m3-preview minimax/minimax-latest; 0.306
0.306 . 0.153: Qwen3.5-27B-BlueStar-v3-Derestricted Qwen3.5-27B-Queen-Derestricted; 0.15 0.47 . 0.016: Qwen3.8-Flash-Next; 3 3 .
.: abliterated-model abliteration-ai/abliterated-model; 5 5 . .: abliterated-model-large
abliteration-ai/abliterated-model-large; 1 4.05 . 0.17: accounts/fireworks/models/inkling
fireworks_ai/accounts/fireworks/models/inkling thinkingmachines/inkling:thinking together_ai/thinkingmachines/Inkling; 0.22 0.66
. 0.007: accounts/fireworks/routers/deepseek-flash-latest; 1.32 3.96 . 0.044: accounts/fireworks/routers/deepseek-pro-latest;
2.1 6.6 . 0.39: accounts/fireworks/routers/glm-fast-latest; 0.15 0.5 . 0.03: accounts/fireworks/routers/glm-flash-latest
umans-coder; 1.4 4.4 . 0.26: accounts/fireworks/routers/glm-latest; 4.5 22.5 . .: accounts/fireworks/routers/kimi-fast-latest
kimi-k3-fast kimi-k3-fast-api; 3 15 . .: accounts/fireworks/routers/kimi-latest claude-sonnet-4-5-20250929
claude-sonnet-4-5-20250929-thinking claude-sonnet-4-6-thinking perplexity/sonar-pro perplexity/sonar-pro-search
perplexityai/sonar-pro route-llm sonar-pro; 2 6 . 0.25: accounts/fireworks/routers/qwen-max-latest fugu-max sakana/fugu-max;
0.502 1.004 . .: alibaba/qwen-coder-plus qwen-coder-plus; 0.05 0.4 . 0.01: alibaba/qwen-flash; 1.6 6.4 . .: alibaba/qwen-max
qwen-max; 0.4 1.2 . 0.08: alibaba/qwen-plus alibaba/qwen-plus-latest qwen-plus-latest; 0.3 2.37 . .: amazon--nova-lite; 0.03 0.1
. .: amazon--nova-micro; 0.56 2.13 . .: amazon--nova-pro; 0.14 0 . .: amazon--titan-embed-text model-router; 0.06 0.24 0.06
0.015: amazon/nova-lite; 0.035 0.14 0.035 0.00875: amazon/nova-micro; 0.8 3.2 0.8 0.2: amazon/nova-pro; 0.6 2 0 0.15:
ambient/large; 10 50 . 0.25: anthropic/claude-fable-latest claude-fable-5-1 claude-fable-5-1@default
~anthropic/claude-fable-latest; 1 5 . .: anthropic/claude-haiku-latest claude-haiku-4-5-20251001 sonar-reasoning
~anthropic/claude-haiku-latest; 5 25 . .: anthropic/claude-opus-latest claude-opus-4-5-20251101 claude-opus-5-thinking
claude-opus-5@default kilo-auto/frontier ~anthropic/claude-opus-latest; 2 10 . .: anthropic/claude-sonnet-latest
claude-sonnet-5@default moonshotai/kimi-latest openai/gpt-chat-latest openai/gpt-sol-latest ~anthropic/claude-sonnet-latest;
0.25 0.8 . 0.06: arcee-ai/trinity-large-thinking trinity-large-thinking; 0.25 0.9 . 0.06: arcee-trinity-large-thinking; 0.045
0.15 . .: arcee_ai/AFM/models/trinity-mini; 0.85 1.55 . .: auto; 9.996 19.992 . 4.998: auto-model-basic auto-model-premium
auto-model-standard; 0.022 0.22 0.027 0.0043: bailian/qwen-flash qwen/qwen-flash; 0.35 1.38 . 0.069: bailian/qwen-max; 0.12 0.29
. 0.023: bailian/qwen-plus; 0.05 0.09 . 0.0086: bailian/qwen-turbo; 0.23 0.58 . 0.046: bailian/qwen-vl-max; 0.12 0.46 . .:
brick-complexity-pro; 0.1179 0.2947 0.0025 0.0236: bytedance/doubao-seed-character; 11 55 . 0.275: claude-fable-5.1@eu; 10 50 .
.: claude-fable-5@default claude-opus-5-fast echo openai/gpt-astra-latest; 11 55 . .: claude-fable-5@eu; 1.1 5.5 . .:
claude-haiku-4-5@eu; 15 75 . .: claude-opus-4-1-20250805-thinking claude-opus-4-1@20250805; 5.5 27.5 . .: claude-opus-4-5@eu
claude-opus-5@eu; 5 25 . . @200000 10 37.5 12.5 1 *6: claude-opus-4-6-think claude-opus-4-6@default claude-opus-4-7-think
claude-opus-4-7@default; 5.5 27.5 . . *6: claude-opus-4-6@eu claude-opus-4-7@eu; 5 25 . . *6: claude-opus-4-7-thinking; 12 60 .
. *2: claude-opus-4-8-fast; 5 25 . . *2: claude-opus-4-8-think; 5 25 . . @200000 10 37.5 12.5 1 *2: claude-opus-4-8@default; 5.5
27.5 . . *2: claude-opus-4-8@eu; 3.3 16.5 . 0.3 @200000 6.6 24.75 8.25 0.6: claude-sonnet-4-5@eu; 3 15 . . @200000 6 22.5 7.5
0.6: claude-sonnet-4-6-think claude-sonnet-4-6@default; 3.3 16.5 . 0.3: claude-sonnet-4-6@eu; 2.2 11 . .: claude-sonnet-5@eu;
0.5 2 . 0.15: claudinio; 3 8 . 0.9: claudius; 1 3.2 . 0.2: claw-high claw-medium hermes-high hermes-medium z-ai/glm-latest; 1
3.2 0.08333 0.2: claw-low hermes-low; 0.3 0.9 . .: codestral-latest mistral/codestral mistral/codestral-latest; 1.5 6 . 0.375:
codex-mini; 0.63 5.05 . .: cohere--command-a-reasoning; 2.5 10 . .: cohere-command-a cohere/command-a gemini-2.5-pro-exp-03-25
gemini-2.5-pro-preview-03-25 gemini-2.5-pro-preview-05-06 gemini-2.5-pro-preview-06-05 gpt-4o-transcribe; 1.00002 4.04999
1.00002 0.17003: databricks/databricks-inkling; 0.95 4.05 . 0.16: deepinfra/thinkingmachines/Inkling; 0.45 1.2 . 0.1:
deepinfra/thinkingmachines/Inkling-Small; 0.2 0.7 . .: deepseek-ai/deepseek-ocr/models/DeepSeek-OCR; 0.1 0.425 . 0.05:
deepseek-chat deepseek-chat-cheaper; 0.15 0.6 . 0.003: deepseek-flash deepseek-v4-flash-vision-exp deepseek/deepseek-chat; 0.652
2.57 . 0.163: deepseek-r1-0528; 0.287 0.861 . .: deepseek-r1-distill-llama-70b deepseek-r1-distill-qwen-32b qwen-math-turbo;
0.144 0.431 . .: deepseek-r1-distill-qwen-14b; 0.072 0.144 . .: deepseek-r1-distill-qwen-7b; 4.998 6.987 . 2.499:
deepseek-r1-sambanova; 0.56 1.68 . 0.07: deepseek-reasoner; 0.4 1.7 . 0.2: deepseek-reasoner-cheaper; 0.2 0.77 . 0.135:
deepseek-v3-0324; 0.574 1.721 . .: deepseek-v3-1 qwen-math-plus; 0.287 0.431 . .: deepseek-v3-2-exp; 0.27 1 . 0.216:
deepseek-v3.1-terminus; 0.58 1.68 . .: deepseek-v3.2-speciale deepseek.v3-v1:0; 0.29 0.43 . .: deepseek-v3.2-thinking; 0.14 0.28
0.14 0.0028: deepseek-v4-flash; 0.2 0.4 . 0.04: deepseek-v4-flash-0731; 0.2 0.5 . 0.1: deepseek-v4-flash-0731-284b; 0.35 0.7 .
0.0875: deepseek-v4-flash-0731-fast; 0.28 0.56 . 0.07: deepseek-v4-flash-0731@eu; 0.091 0.182 . 0.0182: deepseek-v4-flash-flex;
0.4453 1.3359 . 0.01484: deepseek-v4-flash-ga-260731; 0.435 0.87 0.435 0.003625: deepseek-v4-pro; 0.6918 2.0754 . 0.023058:
deepseek-v4-pro-0813; 1.75 3.5 . 0.44: deepseek-v4-pro-0813@eu deepseek-v4-pro@eu; 1.3359 4.00771 . 0.04453:
deepseek-v4-pro-ga-260813; 0.5 1.5 . .: deepseek-v4.1-flash@eu gpt-3.5-turbo-0125 magistral-small mistral-large-latest; 1.35 5.4
. .: deepseek.r1-v1:0; 0.62 1.85 . .: deepseek.v3.2; 1.1 2.5 . 0.04: deepseek/deepseek-latest; 0.03 0.03 . .:
deepseek/deepseek-ocr; 0.147 0.295 . 0.028: deepseek/deepseek-reasoner; 0.4 2 . .: devstral-latest devstral-medium-latest
mistral/devstral-medium-latest; 0.44 2.2 . 0.44: devstral-latest@eu mistral-medium-latest@eu; 0.8906 4.45301 . 0.17812:
doubao-seed-evolving; 2.875 11.516 . .: evroc/roc; 7.5 7.5 . .: fastgpt; 5 30 . . @272000 10 45 . 1: fugu-ultra
fugu-ultra-20260615 fugu-ultra-v1-1 fugu-ultra-v2-0 gpt-5.5@eu sakana/fugu-ultra; 7.5 45 . 1.5 @272000 15 67.5 . 3:
fugu-ultra-v1-0; 0.075 0.3 . .: gemini-2.0-flash-lite phi-4-mini-reasoning; 0.1 0.4 . .: gemini-2.5-flash-lite
gemini-2.5-flash-lite-preview-09-2025 gemini-2.5-flash-lite-preview-09-2025-thinking mistral/voxtral-small-latest; 0.15 0.6 . .:
gemini-2.5-flash-lite-preview-06-17 gemini-2.5-flash-preview-04-17 gemini-2.5-flash-preview-05-20 mistral-small-latest
mistral/mistral-small mistral/mistral-small-latest; 0.1 0.4 0.18333 .: gemini-2.5-flash-lite@eu; 0.3 2.5 . .:
gemini-2.5-flash-nothink gemini-2.5-flash-nothinking gemini-2.5-flash-preview-09-2025 gemini-2.5-flash-preview-09-2025-thinking
gemini-3.5-flash-lite gemini-flash-lite-latest; 0.15 3.5 . .: gemini-2.5-flash-preview-04-17:thinking
gemini-2.5-flash-preview-05-20:thinking; 0.3 2.5 0.55 0.075: gemini-2.5-flash@eu; 1.25 10 2.375 0.31 @200000 2.5 15 4.75 0.62:
gemini-2.5-pro@eu; 0.25 1.5 . .: gemini-3.1-flash-lite-preview; 0.275 1.65 0.091663 .: gemini-3.1-flash-lite@eu; 2 12 . .
@200000 4 18 . 0.4: gemini-3.1-pro-preview-customtools; 0.33 2.75 . .: gemini-3.5-flash-lite@eu; 1.5 9 . .:
gemini-3.5-flash-thinking google/gemini-omni-flash-preview; 1.65 9.9 1.7413 .: gemini-3.5-flash@eu; 0.825 4.125 . .:
gemini-3.7-flash@eu gemini-3.8-flash@eu; 0.75 3.75 . .: gemini-flash-latest; 2 12 . .: gemini-pro-latest
google-ai-studio/gemini-pro-latest gpt-5.6-terra-pro openai/gpt-terra-latest; 0.12 0.38 . 0.06: gemma-4-26b-a4b-it-chimerax
gemma-4-26b-a4b-it-darksoul gemma-4-26b-a4b-it-luminous gemma-4-26b-a4b-it-moonlight gemma-4-26b-a4b-it-musica
gemma-4-26b-a4b-it-opusdistill gemma-4-26b-a4b-it-shadowsiren; 0.1 0.45 . 0.05: gemma-4-31b-it-darkidol gemma-4-31b-it-fabled
gemma-4-31b-it-garnet gemma-4-31b-it-gembrain gemma-4-31b-it-gemsicle gemma-4-31b-it-isometry gemma-4-31b-it-novelist; 0.2 1.1 0
0.03: glm-4.5-air; 1.1 4.5 . 0.22: glm-4.5-airx; 2.2 8.9 . 0.45: glm-4.5-x; 0.04 0.4 . .: glm-4.6v-flashx; 0.06 0.4 0 0.01:
glm-4.7-flash; 0.07 0.4 0 0.01: glm-4.7-flashx; 1.18747 4.15615 . 0.29687: glm-5-2-260617; 0.11875 0.41563 . 0.03414:
glm-5-3-flash-260828; 1.2 4 0 0.24: glm-5-turbo; 1.4 4.4 0 0.26: glm-5.1 glm-5.3; 1.4 4.4 . 1.4: glm-5.1@eu; 1.4 4.4 0 0.28:
glm-5.2; 1.254 5.016 . 0.3135: glm-5.2-caveman glm-5.2-caveman-lite glm-5.2-caveman-ultra glm-5.2-honey glm-5.2-honey-lite
glm-5.2-honey-ultra glm-5.2-ponytail glm-5.2-ponytail-lite glm-5.2-ponytail-ultra; 2.31 7.26 . .: glm-5.2-fast; 0.9425 2.925 .
.: glm-5.2-flex glm-5.2-short-fast-flex glm-5.2-short-flex; 0.8 2.4 . .: glm-5.2-nitro qwen/qwq-plus qwq-plus; 1.45 4.5 . .:
glm-5.2-short glm-5.2-short-fast; 1.2 4.2 . 0.26: glm-5.2@eu glm-5.3@eu; 0.15 0.5 0 0.03: glm-5.3-flash; 0.15 0.5 . 0:
glm-5.3-flash-fp4; 0.15 0.5 . .: glm-5.3-flash:fast; 0.2 0.6 . 0.07: glm-5.3-flash@eu; 0.37 1.25 0 0.075: glm-5.3-flashx; 1.12
4.4 . 0: glm-5.3-fp4; 2.8 8.8 . .: glm-5.3:fast; 0.8897 4.4718 . 0.0924: glm-flash-latest; 1.791 8.9436 . 0.1733: glm-latest
kimi-latest; 0.05 0.15 . 0.025: google/diffusiongemma; 1.6 9.6 . .: google/gemini-deep-research; 0.75 3.75 0.041667 .:
google/gemini-flash-latest vertex/gemini-flash-latest ~google/gemini-flash-latest; 0.3 2.5 0.08333 .:
google/gemini-flash-lite-latest; 2 12 0.375 . @200000 4 18 . 0.4: google/gemini-pro-latest ~google/gemini-pro-latest; 1 2 . .:
gpt-3.5-turbo-1106; 1.5 2 . .: gpt-3.5-turbo-instruct; 10 30 . .: gpt-4-turbo gpt-4-turbo-vision; 2 8 . 0.5: gpt-4.1; 0.4 1.6 .
0.1: gpt-4.1-mini gpt-4.1-mini-2025-04-14; 0.44 1.76 . 0.11: gpt-4.1-mini@eu; 0.1 0.4 . 0.025: gpt-4.1-nano; 0.11 0.44 . 0.0275:
gpt-4.1-nano@eu; 2.2 8.8 . 0.55: gpt-4.1@eu; 5 15 . .: gpt-4o-2024-05-13; 2.5 10 . 1.25: gpt-4o-2024-08-06 gpt-4o-2024-11-20;
0.15 0.6 . 0.075: gpt-4o-mini; 1.25 5 . .: gpt-4o-mini-transcribe; 0.165 0.66 . 0.0825: gpt-4o-mini@eu; 1.25 10 . .:
gpt-5-chat-latest gpt-5-thinking gpt-5.1 gpt-5.1-chat-latest gpt-5.1-codex gpt-5.1-codex-max; 1.25 10 . 0.13: gpt-5-codex; 0.25
2 . .: gpt-5-mini gpt-5.1-codex-mini; 0.275 2.2 . .: gpt-5-mini@eu; 0.05 0.4 . .: gpt-5-nano kilo-auto/small qwen-flash; 0.055
0.44 . .: gpt-5-nano@eu; 15 120 . .: gpt-5-pro; 1.375 11 . .: gpt-5.1@eu gpt-5@eu; 1.75 14 . .: gpt-5.2 gpt-5.2-chat-latest
gpt-5.2-codex gpt-5.3-chat-latest gpt-5.3-codex-spark gpt-5.3-codex-xhigh; 21 168 . .: gpt-5.2-pro; 1.75 14 . . *2:
gpt-5.3-codex; 2.5 15 . . @272000 5 22.5 . 0.5 *2: gpt-5.4; 0.75 4.5 . .: gpt-5.4-mini mai-code-1-flash-picker
openai/gpt-mini-latest ~openai/gpt-mini-latest; 0.2 1.25 . .: gpt-5.4-nano; 30 180 . . @272000 60 270 . .: gpt-5.4-pro
gpt-5.5-pro openai/gpt-pro-latest; 2.5 15 . . @272000 5 22.5 . 0.5: gpt-5.4@eu; 5 30 . . @272000 10 45 . 1 *2.5: gpt-5.5; 4 20 .
. @272000 8 30 10 0.8 *2: gpt-5.6 gpt-5.6-sol; 0.2 1.2 . . @272000 0.4 1.8 0.5 0.04 *2: gpt-5.6-luna; 0.2 1.2 . .:
gpt-5.6-luna-pro openai/gpt-luna-latest; 0.22 1.32 . .: gpt-5.6-luna@eu; 5 30 . .: gpt-5.6-sol-pro gpt-chat-latest
nanogpt/coding-router:max; 4.4 22 . .: gpt-5.6-sol@eu; 2 12 . . @272000 4 18 5 0.4 *2: gpt-5.6-terra; 2.2 13.2 . .:
gpt-5.6-terra@eu; 0.285 0.912 . .: green-l green-l-raw; 0.399 1.083 . .: green-r green-r-raw; 0.1 0.3 . 0.02: greg-rp
step-3.5-flash-2603; 0.2 0.5 . 0.05: grok-4-1-fast-non-reasoning grok-4-1-fast-reasoning qwen3.8-flash-next@eu; 0.17 0.566661 .
0.051: hy3-preview; 0.25 1 . .: inception/mercury-coder-small; 1.0888 4.40964 . 0.185096: inkling; 1.87 4.68 . 0.374:
inkling-256k thinkingmachines/Inkling; 1.5 3.5 . .: interfaze/interfaze-beta; 2 8 . .: jamba-large
perplexity/sonar-deep-research perplexity/sonar-reasoning-pro perplexityai/sonar-deep-research perplexityai/sonar-reasoning-pro
sonar-deep-research sonar-reasoning-pro; 0.2 0.4 . .: jamba-mini; 0.042 0 . .: jev typesafe-ai/jev; 0.325 1.95 . .:
kilo-auto/balanced kilo-auto/efficient; 1.655 8.778 . .: kimi-k2.6-fast; 0.275 1.1 . .: kimi-k2.6-nitro kimi-k2.7-code-nitro;
0.95 4 . 0.95: kimi-k2.6@eu; 0.95 4 . .: kimi-k2.7-code-fast; 0.6175 2.6 . .: kimi-k2.7-code-flex; 1.9 8 . 0.38:
kimi-k2.7-code-highspeed; 1.25 4.5 . 0.31: kimi-k2.7-code@eu; 1 4 . .: kimi-k3-eco; 1.95 9.75 . .: kimi-k3-flex; 3 15 . 0.45:
kimi-k3@eu; 0.02 0.03 . .: llama-3.1-8b-instruct-turbo; 0.03 0.05 . .: llama-3.2-3b-instruct; 2 5 . .: lucidquery-nexus-coder
magistral-medium-latest; 2 5 2 2: magistral-medium; 0.4 0.75 . .: mancer/weaver; 0.25 1 . 0.125: mercury-coder-small; 0.435 0.87
. 0.0036: mimo-v2.5-pro; 1.305 2.61 . 0.0108: mimo-v2.5-pro-ultraspeed; 0.12 0.48 . .: minimax-m2.1-lightning; 0.4 2 . 0.1:
minimax-m3@eu; 0.24 0.24 . 0.022: ministral-14b-2512; 0.123 0.123 . 0.012: ministral-3b-2512; 0.04 0.04 . .:
ministral-3b-latest; 0.4 2 . 0.2: mistral-code-agent-latest; 0.3 0.9 . 0.15: mistral-code-latest; 0.1 0 . .: mistral-embed; 0.4
2 0.4 0.4: mistral-medium; 1.5 7.5 . .: mistral-medium-latest mistral/magistral-medium-latest mistral/mistral-medium-latest;
0.15 0.15 . .: mistral-nemo open-mistral-nemo solar-mini; 0.145 0.145 . 0.014: mistral-nemo-instruct-2407; 0.075 0.2 . .:
mistral-small; 0.165 0.66 . 0.165: mistral-small-2603@eu; 2 6 . .: mistral/mistral-large-latest mistral/pixtral-large-latest
mistralai/mistral-large pixtral-large-latest; 0.04 0.17 . .: mistral/mistral-nemo; 0.36 1.22 . .:
mistralai--mistral-medium-instruct; 0.07 0.28 . .: mistralai--mistral-small; 0.019 0.03 . .: mistralai/mistral-nemo; 0.2 0.6 .
.: mistralai/mistral-saba; 2 5 . 0.5: muse-glimmer-30b-tr; 0.1 0.2 . 0.002: muse-spark-1.2-contributor
muse-spark-1.3-contributor; 1.1 2.2 . .: nanogpt/coding-router nanogpt/coding-router:high; 0.14 0.28 . 0.028:
nanogpt/coding-router:low nanogpt/coding-router:medium; 1.17 4.37 0 0.22: neosmith.intelligent-basic; 2.4 12 0 0.35:
neosmith.intelligent-maestro; 1.81 8.39 0 0.3: neosmith.intelligent-pro; 0.6 2.4 0 0.08: neosmith.neolite; 0.05 0 . .:
nomic-embed-text; 0.069 0.275 . .: nova-lite-v1; 0.04 0.159 . .: nova-micro-v1; 0.918 3.671 . .: nova-pro-v1; 1.1 4.4 . 0.55:
o1-mini o3-mini; 150 600 . .: o1-pro; 20 80 . .: o3-pro; 1.21 4.84 . 0.3025: o4-mini@eu; 0.2 0.66 . 0.04: omen-alpha; 10 50 . .
@272000 20 75 25 2: openai/gpt-latest ~openai/gpt-astra-latest; 0.02 0.02 . .: paddlepaddle/paddleocr-vl; 0.25 2.5 . 0.0625:
perplexity/sonar; 1 1 . .: perplexityai/sonar sonar; 0.17 0.68 . 0.085: phi-4-mini-instruct; 0.223 0.223 . .: pixtral-12b-2409;
0.15 1 . 0.075: pokee-isaac; 1.2 4.8 . .: qvq-max; 7.742 23.367 . .: qwen-deep-research; 0.087 0.144 . .: qwen-doc-turbo; 0.072
0.287 . .: qwen-long; 2.46 7.37 . .: qwen-mt-plus; 0.16 0.49 . .: qwen-mt-turbo; 0.4 1.2 . .: qwen-plus; 0.115 0.287 . .:
qwen-plus-character; 0.5 1.4 . .: qwen-plus-character-ja; 0.05 0.2 . .: qwen-turbo; 0.8 3.2 . .: qwen-vl-max; 0.72 0.72 . .:
qwen-vl-ocr; 0.21 0.63 . .: qwen-vl-plus; 0.1003 0.408 . 0.05015: qwen/qwen-long; 1.6 6.4 . 0.32: qwen/qwen-max; 0.25 0.75 . .:
qwen/qwen-mt-plus; 0.26 0.78 . 0.052 @256000 0.78 2.34 0.975 0.156: qwen/qwen-plus; 0.04998 0.2006 . 0.02499: qwen/qwen-turbo;
0.8 3.2 . 0.16: qwen/qwen-vl-max; 0.21 0.63 . 0.042: qwen/qwen-vl-plus; 0.2 0.8 . .: qwen3-235b-a22b-fp8; 0.069 0.455 . 0.018:
qwen3-235b-a22b-instruct-2507; 0.3 2.9 . .: qwen3-235b-a22b-thinking; 0.3 3 . .: qwen3-235b-a22b-thinking-2507; 0.099 0.299 . .:
qwen3-30b-a3b-instruct-2507; 2 6 . 2: qwen3-8-max-0902; 0.35 1.5 . 0.04: qwen3-coder-480b-a35b-instruct-turbo; 0.86 3.43 . .:
qwen3-max-2025-09-23; 0.5 1.2 . 0.25: qwen3-vl-235b-a22b-instruct-original; 1.8 5.3 . .: qwen3.7-max-2026-06-08; 2.5 6 . 0.63:
qwen3.8-2.4T-A95B@eu; 0.1 0.1 . .: rekaai/reka-edge; 1 3 . .: relace/relace-search; 0.95 4 . 0.15: sakana-namazu sakana/namazu
sakana/sakana-namazu; 0.25 2 . 0.05: seed-1-6-250615 seed-1-6-250915 seed-1-8-251228; 0.07 0.3 . 0.015: seed-1-6-flash-250715;
0.5 1.2 . 0.1: thinkingmachines/Inkling-Small:thinking; 0.5 1.2 0.5 0.1: thinkingmachines/inkling-small; 0.042 0 . 0:
typesafe/jev; 0.042 0 . 0.021: typesafe/jev-latest; 0.15 1 . 0.05: umans-flash; 2.5 7.5 . .: unbiased/pareto; 30 30 . .:
universal-summarizer; 0.4 1.8 . 0.4: venice-uncensored; 0.5 2 . .: venice-uncensored-role-play; 2 12 0.375 . @200000 4 18 0.25
0.4: vertex/gemini-pro-latest; 7.37 22.11 . .: vispark/vision-large; 4.21 12.63 . .: vispark/vision-medium; 1.05 3.16 . .:
vispark/vision-small; 0.177 0.884 0.0025 0.024: volcengine/doubao-seed-character; 0.17 1.12 . 0.03: volcengine/doubao-seed-code;
0.884 4.42 0.0025 0.177: volcengine/doubao-seed-evolving; 0.1 0.3 . .: voxtral-small-latest; 2 6 . 0.5: x-ai/grok-latest; 2 6 .
0.5 @200000 4 12 . 1: xai/grok-latest ~x-ai/grok-latest; 1.5 6 . .: xpersona-frieren-coder; 0.12 0.48 . 0.0036:
~deepseek/deepseek-flash-latest; 0.7 2.88 . 0.088: ~deepseek/deepseek-pro-latest; 1.7 8.5 . .: ~moonshotai/kimi-latest; 0.2 1.2
. . @272000 0.4 1.8 0.5 0.04: ~openai/gpt-luna-latest; 2 10 . . @272000 4 15 5 0.4: ~openai/gpt-sol-latest; 2 12 . . @272000 4
18 5 0.4: ~openai/gpt-terra-latest; 0.075 0.25 . 0.015: ~z-ai/glm-flash-latest; 0.7735 2.431 . 0.127075: ~z-ai/glm-latest;
"""
