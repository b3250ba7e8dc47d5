"""Prices of all other models, the first half. Written by tests/price_lists.py; ccmon/usage/priced.py reads it."""

TEXT = """\
0.351 0.555 . .: @cf/aisingapore/gemma-sea-lion-v4-27b-it @cf/mistralai/mistral-small-3.1-24b-instruct
cloudflare/@cf/aisingapore/gemma-sea-lion-v4-27b-it; 0.497 4.881 . .: @cf/deepseek-ai/deepseek-r1-distill-qwen-32b; 0.44 1.32 .
0.014: @cf/deepseek-ai/deepseek-v4-flash-0731 baidu/deepseek-v4-flash bytedance/deepseek-v4-flash
cloudflare/@cf/deepseek-ai/deepseek-v4-flash-0731 deepseek-ai/DeepSeek-V4-Flash-Vision-Exp; 1.32 3.96 . 0.044:
@cf/deepseek-ai/deepseek-v4-pro-0813 accounts/fireworks/models/deepseek-v4-pro-0813 bytedance/deepseek-v4-pro
cloudflare/@cf/deepseek-ai/deepseek-v4-pro-0813 deepseek/deepseek-v4-pro-0813 fireworks/deepseek-v4-pro
fireworks_ai/accounts/fireworks/models/deepseek-v4-pro-0813; 0.1 0.3 . .: @cf/google/gemma-4-26b-a4b-it
Qwen/Qwen3-30B-A3B-Instruct-2507 amazon/mistral.voxtral-small-24b-2507 amazon/mistral.voxtral-small-24b-2507@us
devstral-small-2505 devstral-small-2507 google/gemma-3-27b-it; 0.017 0.112 . .: @cf/ibm-granite/granite-4.0-h-micro
ibm-granite/granite-4.0-h-micro; 0.152 0.287 . .: @cf/meta/llama-3.1-8b-instruct-fp8; 0.0485 0.676 . .:
@cf/meta/llama-3.2-11b-vision-instruct; 0.027 0.201 . .: @cf/meta/llama-3.2-1b-instruct; 0.0509 0.335 . .:
@cf/meta/llama-3.2-3b-instruct @cf/qwen/qwen3-30b-a3b-fp8; 0.293 2.253 . .: @cf/meta/llama-3.3-70b-instruct-fp8-fast; 0.27 0.85
. .: @cf/meta/llama-4-scout-17b-16e-instruct; 0.484 0.03 . .: @cf/meta/llama-guard-3-8b cloudflare/@cf/meta/llama-guard-3-8b;
0.95 4 . 0.16: @cf/moonshotai/kimi-k2.6 Pro/moonshotai/Kimi-K2.6 accounts/fireworks/models/kimi-k2p6 baidu/kimi-k2.6
canopywave/kimi-k2.6 cline-pass/kimi-k2.6; 0.95 4 . 0.19: @cf/moonshotai/kimi-k2.7-code TEE/kimi-k2.7-code
accounts/fireworks/models/kimi-k2p7-code cline-pass/kimi-k2.7-code databricks-kimi-k2-7-code; 0.5 1.5 . .:
@cf/nvidia/nemotron-3-120b-a12b azure/gpt-3.5-turbo; 0.35 0.75 . .: @cf/openai/gpt-oss-120b cerebras/gpt-oss-120b-cs
cloudflare/@cf/openai/gpt-oss-120b; 0.2 0.3 . .: @cf/openai/gpt-oss-20b cloudflare/@cf/openai/gpt-oss-20b; 0.66 1 . .:
@cf/qwen/qwen2.5-coder-32b-instruct @cf/qwen/qwq-32b cloudflare/@cf/qwen/qwen2.5-coder-32b-instruct; 0.45 3.2 . 0.05:
@cf/qwen/qwen3.8-27b bailian/qwen3.8-27b; 0.0605 0.4 . .: @cf/zai-org/glm-4.7-flash cloudflare/@cf/zai-org/glm-4.7-flash; 1.4
4.4 . 0.26: @cf/zai-org/glm-5.2 @cf/zai-org/glm-5.3 TEE/glm-5.3 accounts/fireworks/models/glm-5p3 baidu/glm-5.1 baidu/glm-5.2
baidu/glm-5.3 bytedance/glm-5.2 canopywave/glm-5.2 cline-pass/glm-5.2 cline-pass/glm-5.3 databricks-glm-5-2; 0.15 0.5 . 0.03:
@cf/zai-org/glm-5.3-flash TEE/glm-5.3-flash accounts/fireworks/models/glm-5p3-flash cline-pass/glm-5.3-flash; 0.21 0.57 . .:
ByteDance-Seed/Seed-OSS-36B-Instruct; 0.5 3 . 0.1 @128000 1 6 . 0.2: ByteDance/Seed-2.0-code ByteDance/Seed-2.0-pro; 0.1 0.4 .
0.02 @128000 0.2 0.8 . 0.2: ByteDance/Seed-2.0-mini; 0.493 0.493 . 0.2465: Doctor-Shotgun/MS3.2-24B-Magnum-Diamond
Envoid/Llama-3.05-NT-Storybreaker-Ministral-70B Envoid/Llama-3.05-Nemotron-Tenyxchat-Storybreaker-70B
GalrionSoftworks/MN-LooseCannon-12B-v1 MarinaraSpaghetti/NemoMix-Unleashed-12B Sao10K/L3.1-70B-Hanami-x1
Sao10K/L3.3-70B-Euryale-v2.3 Steelskull/L3.3-Cu-Mai-R1-70b Steelskull/L3.3-MS-Nevoria-70b Steelskull/L3.3-Nevoria-R1-70b
TheDrummer/UnslopNemo-12B-v4.1 VongolaChouko/Starcannon-Unleashed-12B-v1.0 abacusai/Dracarys-72B-Instruct
inflatebot/MN-12B-Mag-Mell-R1; 2.006 2.006 . 1.003: EVA-UNIT-01/EVA-LLaMA-3.33-70B-v0.0 EVA-UNIT-01/EVA-LLaMA-3.33-70B-v0.1;
0.799 0.799 . 0.3995: EVA-UNIT-01/EVA-Qwen2.5-32B-v0.2 EVA-UNIT-01/EVA-Qwen2.5-72B-v0.2; 0.12 0.38 . 0.06:
Gemma-4-26B-A4B-MeroMero Gemma-4-26B-A4B-MeroMero:thinking google/gemma-4-26b-a4b-it; 0.306 0.306 . .:
Gemma-4-31B-Claude-4.6-Opus-Reasoning-Distilled; 0.306 0.306 . 0.153: Gemma-4-31B-Cognitive-Unshackled Gemma-4-31B-DarkIdol
Gemma-4-31B-GarnetV2 Gemma-4-31B-Queen; 0.1 0.45 . 0.05: Gemma-4-31B-MeroMero-v2 Gemma-4-31B-MeroMero-v2:thinking
TheDrummer/Artemis-v1.1; 0.1003 0.1003 . 0.05015: Gryphe/MythoMax-L2-13b; 0.15 0.15 0.15 0.15: HuggingFaceTB/SmolLM3-3B-Base
Qwen/Qwen3-4B-Base fastino/gliguard-LLMGuardrails-300M fastino/gliner2-base-v1 fastino/gliner2-large-v1
fastino/gliner2-multi-large-v1 fastino/gliner2-multi-v1 fastino/gliner2-privacy-filter-PII-multi google/gemma-3-4b-pt; 2 6 . .:
Inferact/Qwen3.8-2.4T-A95B-NVFP4 amazon/mistral.pixtral-large-2502-v1:0 amazon/mistral.pixtral-large-2502-v1:0@us
eu.mistral.pixtral-large-2502-v1:0 grok-4-20-non-reasoning grok-4-20-reasoning; 0.22 0.95 0.44 0.11:
Intel/Qwen3-Coder-480B-A35B-Instruct-int4-mixed-ar; 0.05 0.1 . 0.05: JetBrains/Mellum2-12B-A2.5B-Instruct
ibm-granite/granite-4.1-8b; 0.17 0.68 . 0.085: LLM360/K2-Think; 0.7 0.7 . 0.35: LatitudeGames/Wayfarer-Large-70B-Llama-3.3
TEE/qwen2.5-vl-72b-instruct failspy/Meta-Llama-3-70B-Instruct-abliterated-v3.5 glm-z1-airx
huihui-ai/DeepSeek-R1-Distill-Llama-70B-abliterated huihui-ai/Llama-3.3-70B-Instruct-abliterated
huihui-ai/Qwen2.5-32B-Instruct-abliterated; 0.57 2.29 . .: Ling-1T Ring-1T; 0.03 0.12 0.03 0.03: LiquidAI/LFM2-24B-A2B; 0.75
2.95 . 0.015: LongCat-2.0; 0.02 0.03 . 0.01: Meta-Llama-3-1-8B-Instruct-FP8; 0.124 0.7425 . 0.124: MiniCPM5-2B; 0.1394 1.3328 .
0.0697: MiniMax-M1; 0.3 1.2 . .: MiniMax-M2 MiniMaxAI/MiniMax-M2 MiniMaxAI/MiniMax-M2.1 alibaba/deepseek-v4.1-flash
deepseek-ai/DeepSeek-V4.1-Flash deepseek-tng-r1t2-chimera; 0.3 1.2 . 0.06 @512000 0.6 2.4 . 0.12: MiniMax-M3; 0.3 1.2 . 0.06:
MiniMax/MiniMax-M2.7 accounts/fireworks/models/minimax-m3 cline-pass/minimax-m3; 0.6052 2.4225 . 0.3026:
MiniMaxAI/MiniMax-M1-80k; 0.15 1.15 . 0.03: MiniMaxAI/MiniMax-M2.5; 0.279 1.2 0.279 0.279: MiniMaxAI/MiniMax-M2.7; 0.6 2.4 .
0.12 @512000 1.2 4.8 . 0.24: MiniMaxAI/MiniMax-M3; 0.0245 0.0978 . .: Nemotron-3-Nano-Omni-30B-TEE; 1 1.5 . 0.5:
NeverSleep/Lumimaid-v0.2-70B; 1 3 . .: NousResearch/Hermes-4-405B; 0.408 0.408 . 0.204: NousResearch/hermes-3-llama-3.1-70b; 0.3
1.2 . 0.15: NousResearch/hermes-4-405b:thinking; 0.05 0.22 . 0.05: OpenPipe/Qwen3-14B-Instruct; 0.3 1.22 . .:
Pro/MiniMaxAI/MiniMax-M2.5; 0.5 2.18 . .: Pro/deepseek-ai/DeepSeek-R1; 0.25 1 . .: Pro/deepseek-ai/DeepSeek-V3
deepseek/deepseek-chat-v3-0324; 0.27 1 . .: Pro/deepseek-ai/DeepSeek-V3.1-Terminus; 0.27 0.42 . .:
Pro/deepseek-ai/DeepSeek-V3.2; 0.45 2.25 . 0.07: Pro/moonshotai/Kimi-K2.5 deepinfra/moonshotai/Kimi-K2.5; 1 3.2 . .:
Pro/zai-org/GLM-5; 1.4 4.4 0 0.26: Pro/zai-org/GLM-5.1; 0.4 0.4 . .: Qwen/QwQ-32B; 0.11 0.38 . .: Qwen/Qwen2.5-72B-Instruct; 0.3
0.3 . .: Qwen/Qwen2.5-7B-Instruct-Turbo deepseek/deepseek-r1-distill-qwen-32b; 0.1 0.1 0.1 0.1: Qwen/Qwen2.5-Coder-0.5B
Qwen/Qwen3-1.7B-Base google/gemma-4-E2B-it; 0.05 0.22 0.1 0.025: Qwen/Qwen2.5-VL-32B-Instruct; 1.2 1.2 1.2 1.2:
Qwen/Qwen3-235B-A22B-Instruct-2507; 0.2 0.6 . .: Qwen/Qwen3-235B-A22B-Instruct-2507-tput; 0.11 0.6 0.22 0.055:
Qwen/Qwen3-235B-A22B-Thinking-2507; 0.2989 1.1957 . .: Qwen/Qwen3-235B-A22B-Thinking-2507-TEE; 0.9 0.9 0.9 0.9: Qwen/Qwen3-32B;
0.104 0.416 . .: Qwen/Qwen3-32B-TEE; 0.2 0.2 0.2 0.2: Qwen/Qwen3-4B-Instruct-2507 Qwen/Qwen3-8B google/gemma-4-E4B-it; 0.29 1.2
. .: Qwen/Qwen3-Coder-480B-A35B-Instruct; 0.2 0.8 . .: Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8; 0.3 1 . 0.1:
Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo; 0.5 1.2 . .: Qwen/Qwen3-Coder-Next-FP8 alibaba/qwen3-coder-next; 0.01 0.01 . .:
Qwen/Qwen3-Embedding-0.6B Qwen/Qwen3-Reranker-0.6B; 0.01 0 . .: Qwen/Qwen3-Embedding-4B bge-reranker-v2-m3; 0.115 0.115 . .:
Qwen/Qwen3-Embedding-8B; 0.1 0.8 0.2 0.05: Qwen/Qwen3-Next-80B-A3B-Instruct; 0.0575 0 . .: Qwen/Qwen3-Reranker-4B; 0.2 0.88 .
0.11: Qwen/Qwen3-VL-235B-A22B-Instruct deepinfra/qwen3-vl-235b-a22b-instruct; 1.76 2.05 . .:
Qwen/Qwen3-VL-235B-A22B-Instruct-FP8; 0.2 1.5 . .: Qwen/Qwen3-VL-32B-Thinking bailian/qwen3-coder-next grok-code-fast-1; 0.09
0.09 . .: Qwen/Qwen3-VL-Embedding-8B; 0.5 3.97 . .: Qwen/Qwen3.5-122B-A10B-FP8; 0.14 1 . 0.05: Qwen/Qwen3.5-35B-A3B; 0.6 3.6 .
.: Qwen/Qwen3.5-397B-A17B alibaba/qwen3.5-397b-a17b alibaba/qwen3.6-27b alibaba/qwen35-397b-a17b bailian/qwen3.6-27b; 0.99 4.46
. .: Qwen/Qwen3.5-397B-A17B-FP8; 0.45 3 . .: Qwen/Qwen3.5-397B-A17B-TEE; 0.3 0.3 0.3 0.3: Qwen/Qwen3.5-9B; 0.6 0.6 0.6 0.6:
Qwen/Qwen3.6-27B; 0.3 2 . .: Qwen/Qwen3.6-27B-TEE; 0.14 1 . 0.028: Qwen/Qwen3.6-35B-A3B; 0.17 1.1 . 0.056:
Qwen/Qwen3.6-35B-A3B-FP8; 2.5 7.5 . 0.5 @32000 5 15 . 1: Qwen/Qwen3.7-Max; 0.46 3.48 . .: Qwen/Qwen3.8-27B-FP8; 0.24 2.2 . .:
Qwen/Qwen3.8-27B-TEE; 0.98 3.95 . .: Qwen3-VL-235B-A22B-Thinking; 0.5 0.5 . 0.25:
ReadyArt/MS3.2-The-Omega-Directive-24B-Unslop-v2.0 featherless-ai/Qwerky-72B; 2.5 2.5 . 1.25: Salesforce/Llama-xLAM-2-70b-fc-r;
0.2006 0.2006 . 0.1003: Sao10K/L3-8B-Stheno-v3.2 glm-4-long; 0.306 0.357 . 0.153: Sao10K/L3.1-70B-Euryale-v2.2; 0.69989 0.69989
. 0.349945: Steelskull/L3.3-Electra-R1-70b; 0.5 1 . 0.25: TEE/deepseek-v3.2; 0.65 1.45 . 0.13: TEE/deepseek-v4.1-flash; 0.15 0.7
. 0.075: TEE/gemma-4-26b-a4b-uncensored; 0.15 0.46 . 0.075: TEE/gemma-4-31b-it; 0.4 1 . 0.4: TEE/gemma4-31b
TEE/gemma4-31b:thinking; 1.5 5.25 . 0.3: TEE/glm-5.1 TEE/glm-5.1-thinking; 1.4 4.4 . 0.7: TEE/glm-5.2 TEE/glm-5.2:thinking; 2 2
. 2: TEE/gpt-oss-120b; 1.5 5.25 . 0.375: TEE/kimi-k2.6; 3 15 . 1.5: TEE/kimi-k3; 1.75 2.75 . 1.75: TEE/llama3-3-70b; 0.35 1.5 .
0.04: TEE/muse-glimmer-30b accounts/fireworks/models/muse-glimmer-30b fireworks_ai/accounts/fireworks/models/muse-glimmer-30b;
0.08 0.2 . 0.04: TEE/nemotron-3.5-lightning; 0.3 2.4 . 0.15: TEE/qwen3.5-27b; 0.55 3.5 . 0.275: TEE/qwen3.5-397b-a17b; 0.32 2.7
. 0.16: TEE/qwen3.6-27b; 0.2 1.27 . 0.1: TEE/qwen3.6-35b-a3b; 0.4 3 . 0.15: TEE/qwen3.8-27b; 0.2 0.2 . 0.1: THUDM/GLM-4-32B-0414
THUDM/GLM-4-9B-0414 THUDM/GLM-Z1-9B-0414; 0.31 0.31 . 0.155: TheDrummer/Anubis-70B-v1 TheDrummer/Anubis-70B-v1.1; 0.1003 0.1207
. 0.05015: TheDrummer/Cydonia-24B-v2 TheDrummer/Magidonia-24B-v4.3; 0.2006 0.2414 . 0.1003: TheDrummer/Cydonia-24B-v4; 0.12 0.15
. 0.06: TheDrummer/Cydonia-24B-v4.3; 0.408 0.595 . 0.204: TheDrummer/Rocinante-12B-v1.1; 0.14 0.28 0.14 0.0028:
XiaomiMiMo/MiMo-V2.5; 5 5 . .: abliterated-model-large-v2 abliteration-ai/abliterated-model-large-v2; 0.22 0.66 . 0.007:
accounts/fireworks/models/deepseek-v4-flash-0731 accounts/fireworks/models/deepseek-v4-flash-vision-exp
accounts/fireworks/models/deepseek-v4p1-flash deepseek-v4-flash:0731 fireworks/deepseek-v4-flash fireworks/deepseek-v4.1-flash
fireworks_ai/accounts/fireworks/models/deepseek-v4-flash-0731; 1.2 1.2 . 0.6: accounts/fireworks/models/deepseek-v4-pro
accounts/fireworks/models/minimax-m2p7; 1.4 4.4 . .: accounts/fireworks/models/glm-5p2 fireworks/glm-5.2; 0.15 0.6 . .:
accounts/fireworks/models/gpt-oss-120b alibaba/qwen3-coder-30b-a3b azure/gpt-oss-120b cohere/command-r-08-2024 command-r-08-2024
deepinfra/qwen3-vl-30b-a3b-instruct fireworks/gpt-oss-120b; 3 15 . .: accounts/fireworks/models/kimi-k3 alibaba/kimi-k3
anthropic--claude-3-sonnet anthropic--claude-3.5-sonnet anthropic--claude-3.7-sonnet anthropic--claude-4-sonnet
anthropic--claude-4.5-sonnet anthropic--claude-4.6-sonnet anthropic-claude-3.5-sonnet anthropic-claude-3.7-sonnet
anthropic.claude-sonnet-4-5-20250929-v1:0 anthropic/claude-3-7-sonnet-20250219 anthropic/claude-3.7-sonnet
anthropic/claude-sonnet-4-20250514 anthropic/claude-sonnet-4-5-20250929 anthropic/claude-sonnet-4.5:thinking
anthropic/claude-sonnet-4.6:thinking anthropic/claude-sonnet-4:thinking anthropic/claude-sonnet-4:thinking:1024
anthropic/claude-sonnet-4:thinking:32768 anthropic/claude-sonnet-4:thinking:64000 anthropic/claude-sonnet-4:thinking:8192
apac.anthropic.claude-sonnet-4-20250514-v1:0 aws-bedrock/claude-sonnet-4-5 aws-bedrock/claude-sonnet-4-5-20250929
aws-bedrock/claude-sonnet-4-6 canopywave/kimi-k3 claude-3-7-sonnet-20250219 claude-3-7-sonnet-latest claude-3.5-sonnet-v2
claude-3.7-sonnet claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-4@20250514 cline-pass/kimi-k3 databricks-claude-sonnet-4
databricks-claude-sonnet-4-5 databricks-claude-sonnet-4-6 eu.anthropic.claude-sonnet-4-20250514-v1:0 fireworks/kimi-k3
global.anthropic.claude-sonnet-4-20250514-v1:0 global.anthropic.claude-sonnet-4-5-20250929-v1:0
global.anthropic.claude-sonnet-4-6 grok-4-0709; 0.6 2.4 . 0.12: accounts/fireworks/models/nemotron-3-ultra-nvfp4; 0.05 0.2 .
0.01: accounts/fireworks/models/nemotron-lightning-3p5-30b-a3b; 0.4 1.6 . 0.08: accounts/fireworks/models/qwen3p7-plus
alibaba/qwen3.7-plus bailian/qwen3.7-plus; 2 6 . 0.25: accounts/fireworks/models/qwen3p8-2p4t-a95b
accounts/fireworks/models/qwen3p8-max alibaba/qwen3.8-2.4t-a95b alibaba/qwen3.8-max alibaba/qwen3.8-max-0902 bailian/qwen3.8-max
bailian/qwen3.8-max-0902 cline-pass/qwen3.8-max; 2.1 6.6 . .: accounts/fireworks/routers/glm-5p2-fast; 2.1 6.6 . 0.39:
accounts/fireworks/routers/glm-5p3-fast; 4.5 22.5 . .: accounts/fireworks/routers/kimi-k3-fast fireworks/kimi-k3-fast; 0.45 0.9
. 0.0038: agnes-2.5-pro-alpha; 0.05 0.15 . .: agnes-3.0-flash deepinfra/google/gemma-3-12b-it google/gemma-3-12b-it; 3.75 7.5 .
0.9375: aion-labs-aion-3-0; 0.875 1.75 . 0.225: aion-labs-aion-3-0-mini; 0.8 1.6 . 0.2: aion-labs/aion-2.0; 3 6 . 0.75:
aion-labs/aion-3.0; 0.7 1.4 . 0.18: aion-labs/aion-3.0-mini; 0.8 1.6 . 0.4: aion-labs/aion-rp-llama-3.1-8b; 0.25 0.55 . .:
alibaba-qwen3-32b; 0.2 0.4 . 0.04: alibaba/deepseek-v4-flash; 2.4 4.8 . 0.2: alibaba/deepseek-v4-pro; 0.573 2.58 . .:
alibaba/glm-5; 1.4 4.4 . 0.28: alibaba/glm-5.2 alibaba/glm-5.3; 0.574 3.011 . .: alibaba/kimi-k2.5; 0.12 0.24 . .:
alibaba/qwen-3-14b; 0.22 0.88 . .: alibaba/qwen-3-235b; 0.12 0.5 . .: alibaba/qwen-3-30b; 0.16 0.64 . .: alibaba/qwen-3-32b; 1.3
7.8 . .: alibaba/qwen-3.6-max-preview alibaba/qwen3.6-max-preview; 0.4 4 . .: alibaba/qwen3-235b-a22b-thinking
alibaba/qwen3-vl-thinking; 1.5 7.5 . 0.3: alibaba/qwen3-coder; 0.3 1.5 . 0.06: alibaba/qwen3-coder-flash; 1 5 . 0.2:
alibaba/qwen3-coder-plus; 1.2 6 . 0.24: alibaba/qwen3-max alibaba/qwen3-max-preview alibaba/qwen3-max-thinking; 0.15 1.2 . .:
alibaba/qwen3-next-80b-a3b-instruct alibaba/qwen3-next-80b-a3b-thinking; 0.4 1.6 . .: alibaba/qwen3-vl-235b-a22b-instruct
alibaba/qwen3-vl-instruct; 0.05 0.4 . 0.01: alibaba/qwen3-vl-flash; 0.2 1.6 . 0.04: alibaba/qwen3-vl-plus; 0.1 0.4 . .:
alibaba/qwen3.5-flash bailian/qwen3.5-flash bytedance/dola-seed-2.0-mini google-ai-studio/gemini-2.5-flash-lite
google-vertex/gemini-2.5-flash-lite; 0.4 2.5 . .: alibaba/qwen3.5-plus; 0.375 2.25 . .: alibaba/qwen3.6-35b-a3b; 0.25 1.5 .
0.05: alibaba/qwen3.6-flash; 0.5 3 . . @256000 2 6 2.5 0.2: alibaba/qwen3.6-plus; 0.03 0.13 . 0.006: alibaba/qwen3.7-flash; 2.5
7.5 . 0.5: alibaba/qwen3.7-max bailian/qwen3.7-max cline-pass/qwen3.7-max; 0.5 3 . 0.1: alibaba/qwen3.8-27b
deepinfra/ByteDance/Seed-2.0-code; 0.15 0.47 0.2 0.016: alibaba/qwen3.8-flash bailian/qwen3.8-flash; 0.15 0.47 . 0.016:
alibaba/qwen3.8-omni-flash; 0.14 0.28 . 0.028: alicloud-deepseek-v4-flash deepseek/deepseek-v4-flash-latest; 1.69 3.38 . 0.13:
alicloud-deepseek-v4-pro; 0.84 3.38 1.05625 0.169: alicloud-glm-5.1; 0.009 0 . .: all-mini-lm-l6-v2; 0.33 2.75 0.33 0.0825:
amazon.nova-2-lite-v1:0; 0.06 0.24 0.06 0.015: amazon.nova-lite-v1:0; 0.035 0.14 0.035 0.00875: amazon.nova-micro-v1:0; 0.8 3.2
0.8 0.2: amazon.nova-pro-v1:0; 0.06 0.24 . 0.015: amazon/amazon.nova-lite-v1:0 amazon/amazon.nova-lite-v1:0@us; 0.035 0.14 .
0.00875: amazon/amazon.nova-micro-v1:0 amazon/amazon.nova-micro-v1:0@us; 0.8 3.2 . 0.2: amazon/amazon.nova-pro-v1:0
amazon/amazon.nova-pro-v1:0@us; 0.09 0.29 . .: amazon/google.gemma-3-12b-it amazon/google.gemma-3-12b-it@us
google.gemma-3-12b-it; 0.23 0.38 . .: amazon/google.gemma-3-27b-it amazon/google.gemma-3-27b-it@us google.gemma-3-27b-it; 0.04
0.08 . .: amazon/google.gemma-3-4b-it amazon/google.gemma-3-4b-it@us google.gemma-3-4b-it google.gemma-4-e2b; 0.04 0.04 . .:
amazon/mistral.voxtral-mini-3b-2507 amazon/mistral.voxtral-mini-3b-2507@us; 0.6 2.5 . .: amazon/moonshot.kimi-k2-thinking; 0.6 3
. .: amazon/moonshotai.kimi-k2.5; 0.3 2.5 . 0.075: amazon/nova-2-lite; 0.51 4.25 . 0.255: amazon/nova-2-lite-v1; 0.0595 0.238 .
0.02975: amazon/nova-lite-v1; 0.035 0.14 . .: amazon/nova-micro-v1; 2.5 12.5 . 0.625: amazon/nova-premier-v1; 0.799 3.196 .
0.3995: amazon/nova-pro-v1; 0.07 0.2 . .: amazon/openai.gpt-oss-safeguard-20b amazon/openai.gpt-oss-safeguard-20b@us; 0.07 0.4 .
.: amazon/zai.glm-4.7-flash amazon/zai.glm-4.7-flash@us; 2.006 2.992 . 1.003: anthracite-org/magnum-v2-72b
anthracite-org/magnum-v4-72b; 0.25 1.25 0.3 0.03: anthropic--claude-3-haiku anthropic/claude-3-haiku claude-3-haiku-20240307; 15
75 . .: anthropic--claude-3-opus anthropic--claude-4-opus anthropic-claude-3-opus anthropic-claude-4.1-opus
anthropic-claude-opus-4 anthropic.claude-opus-4-1-20250805-v1:0 anthropic/claude-opus-4 anthropic/claude-opus-4-1-20250805
anthropic/claude-opus-4-20250514 anthropic/claude-opus-4.1 anthropic/claude-opus-4.1:thinking
anthropic/claude-opus-4.1:thinking:1024 anthropic/claude-opus-4.1:thinking:32768 anthropic/claude-opus-4.1:thinking:8192
anthropic/claude-opus-4:thinking anthropic/claude-opus-4:thinking:1024 anthropic/claude-opus-4:thinking:32768
anthropic/claude-opus-4:thinking:8192 aws-bedrock/claude-opus-4-1-20250805 claude-opus-4 claude-opus-4-1 claude-opus-4@20250514
databricks-claude-opus-4-1; 1 5 . .: anthropic--claude-4.5-haiku anthropic-claude-haiku-4.5
anthropic.claude-haiku-4-5-20251001-v1:0 anthropic/claude-haiku-4-5-20251001 anthropic/claude-haiku-4.5
anthropic/claude-haiku-4.5:thinking aws-bedrock/claude-haiku-4-5 aws-bedrock/claude-haiku-4-5-20251001 claude-4.5-haiku
claude-haiku-4-5 databricks-claude-haiku-4-5 global.anthropic.claude-haiku-4-5-20251001-v1:0
google/gemini-robotics-er-1.6-preview; 5 25 . .: anthropic--claude-4.5-opus anthropic--claude-4.6-opus
anthropic--claude-4.7-opus anthropic--claude-4.8-opus anthropic-claude-opus-4.5 anthropic.claude-opus-4-5-20251101-v1:0
anthropic.claude-opus-5 anthropic/claude-opus-4-5-20251101 anthropic/claude-opus-4.5 anthropic/claude-opus-4.5:thinking
anthropic/claude-opus-5 aws-bedrock/claude-opus-4-5-20251101 aws-bedrock/claude-opus-5 azure-anthropic/claude-opus-5
claude-4.5-opus claude-opus-4-5 claude-opus-5 databricks-claude-opus-4-5 global.anthropic.claude-opus-4-5-20251101-v1:0
global.anthropic.claude-opus-5; 0.8 4 . .: anthropic-claude-3.5-haiku anthropic/claude-3.5-haiku claude-3.5-haiku; 1 5 . 1:
anthropic-claude-4.5-haiku; 3 15 . . @200000 6 22.5 7.5 0.6: anthropic-claude-4.5-sonnet anthropic-claude-4.6-sonnet
anthropic/claude-sonnet-4 anthropic/claude-sonnet-4.5 anthropic/claude-sonnet-4.6 claude-sonnet-4 claude-sonnet-4@eu; 2 10 . .:
anthropic-claude-5-sonnet anthropic.claude-sonnet-5 anthropic/claude-sonnet-5 anthropic/claude-sonnet-5:thinking
aws-bedrock/claude-sonnet-5 azure-anthropic/claude-sonnet-5 claude-sonnet-5 global.anthropic.claude-sonnet-5 grok-4.1; 5 25 . .
@200000 10 37.5 12.5 1 *6: anthropic-claude-opus-4.6 anthropic/claude-opus-4.6 anthropic/claude-opus-4.7; 3 15 . . @200000 6
22.5 . .: anthropic-claude-sonnet-4; 10 50 . .: anthropic.claude-fable-5 anthropic/claude-fable-5 anthropic/claude-opus-5-fast
aws-bedrock/claude-fable-5 azure-anthropic/claude-fable-5 claude-fable-5 claude-mythos-5 global.anthropic.claude-fable-5; 10 50
. 0.25: anthropic.claude-fable-5-1 anthropic/claude-fable-5.1 aws-bedrock/claude-fable-5-1 global.anthropic.claude-fable-5-1;
5.5 27.5 . . *6: anthropic.claude-opus-4-6-v1 au.anthropic.claude-opus-4-6-v1 au.anthropic.claude-opus-4-7
eu.anthropic.claude-opus-4-6-v1 eu.anthropic.claude-opus-4-7; 5 25 . . *6: anthropic.claude-opus-4-7
anthropic/claude-opus-4.6:thinking anthropic/claude-opus-4.6:thinking:low anthropic/claude-opus-4.6:thinking:max
anthropic/claude-opus-4.6:thinking:medium anthropic/claude-opus-4.7:thinking aws-bedrock/claude-opus-4-6
aws-bedrock/claude-opus-4-7 azure-anthropic/claude-opus-4-6 azure-anthropic/claude-opus-4-7 claude-opus-4-6 claude-opus-4-7
databricks-claude-opus-4-6 databricks-claude-opus-4-7 global.anthropic.claude-opus-4-6-v1 global.anthropic.claude-opus-4-7; 5 25
. . *2: anthropic.claude-opus-4-8 anthropic/claude-opus-4.8 anthropic/claude-opus-4.8:thinking aws-bedrock/claude-opus-4-8
azure-anthropic/claude-opus-4-8 claude-opus-4-8 global.anthropic.claude-opus-4-8; 3.3 16.5 . .: anthropic.claude-sonnet-4-6
au.anthropic.claude-sonnet-4-5-20250929-v1:0 au.anthropic.claude-sonnet-4-6 eu.anthropic.claude-sonnet-4-5-20250929-v1:0
eu.anthropic.claude-sonnet-4-6; 0.21 1.1 0.26 .: anthropic/claude-haiku-3; 0.68 3.4 . .: anthropic/claude-haiku-3.5; 10 50 . .
*2: anthropic/claude-opus-4.8-fast aws-mantle/gpt-6-astra azure/gpt-6-astra; 2.6 13 3.2 .: anthropic/claude-sonnet-3.5
anthropic/claude-sonnet-3.5-june anthropic/claude-sonnet-3.7; 0.063 0.252 0.063 0.01575: apac.amazon.nova-lite-v1:0; 0.037 0.148
0.037 0.00925: apac.amazon.nova-micro-v1:0; 0.84 3.36 0.84 0.21: apac.amazon.nova-pro-v1:0; 1.393 2.228 . .: apertus-70b; 1 1 .
0.5: asi1-mini; 1.1 5.5 . .: au.anthropic.claude-haiku-4-5-20251001-v1:0 eu.anthropic.claude-haiku-4-5-20251001-v1:0; 5.5 27.5 .
. *2: au.anthropic.claude-opus-4-8 eu.anthropic.claude-opus-4-8; 5.5 27.5 . .: au.anthropic.claude-opus-5
eu.anthropic.claude-opus-4-5-20251101-v1:0 eu.anthropic.claude-opus-5; 2.2 11 . .: au.anthropic.claude-sonnet-5
eu.anthropic.claude-sonnet-5; 1.25 2.5 . 0.2 @200000 2.5 5 . 0.4: aws-bedrock/grok-4-3 azure-ai-foundry/grok-4-3
grok-4.20-0309-non-reasoning grok-4.20-0309-reasoning grok-4.20-multi-agent-0309 grok-4.3 grok/grok-4.3; 2 6 . 0.5:
aws-bedrock/grok-4-6 global.xai.grok-4.6 grok/grok-4.5 grok/grok-4.6; 0.72 0.72 . .: aws-bedrock/llama-3.1-70b-instruct; 0.24
0.97 . .: aws-bedrock/llama-4-maverick-17b-instruct; 0.17 0.66 . .: aws-bedrock/llama-4-scout-17b-instruct; 0.22 1.32 . . *2:
aws-mantle/gpt-5.6-luna; 4.4 22 . . *2: aws-mantle/gpt-5.6-sol; 2.2 13.2 . . *2: aws-mantle/gpt-5.6-terra; 0.2 0.5 . .:
azure-ai-foundry/grok-4-1-fast-non-reasoning azure-ai-foundry/grok-4-1-fast-reasoning; 30 60 . .: azure/gpt-4 gpt-4; 10 30 . .:
azure/gpt-4-turbo; 2 8 . 0.5: azure/gpt-4.1 azure/o3; 0.4 1.6 . 0.1: azure/gpt-4.1-mini; 0.1 0.4 . 0.025: azure/gpt-4.1-nano;
2.5 10 . 1.25: azure/gpt-4o gpt-4o; 1.25 10 . .: azure/gpt-5 azure/gpt-5.1 azure/gpt-5.1-codex azure/gpt-5.1-codex-max
databricks-gpt-5 databricks-gpt-5-1 google/gemini-2.5-computer-use-preview-10-2025 gpt-5; 0.25 2 . .: azure/gpt-5-mini
azure/gpt-5.1-codex-mini bytedance/dola-seed-2.0-lite databricks-gpt-5-mini; 0.05 0.4 . .: azure/gpt-5-nano
databricks-gpt-5-nano; 1.75 14 . .: azure/gpt-5.2 azure/gpt-5.2-codex databricks-gpt-5-2; 21 168 . .: azure/gpt-5.2-pro; 1.75 14
. . *2: azure/gpt-5.3-codex; 2.5 15 . . *2: azure/gpt-5.4; 0.75 4.5 . .: azure/gpt-5.4-mini databricks-gpt-5-4-mini; 0.2 1.25 .
.: azure/gpt-5.4-nano databricks-gpt-5-4-nano; 30 180 . .: azure/gpt-5.4-pro; 5 30 . . @272000 10 45 . 1 *2.5: azure/gpt-5.5;
0.2 1.2 . . *2: azure/gpt-5.6-luna; 4 20 . . *2: azure/gpt-5.6-sol; 2 12 . . *2: azure/gpt-5.6-terra; 15 60 . 7.5: azure/o1; 1.1
4.4 . 0.55: azure/o3-mini; 1.1 4.4 . 0.275: azure/o4-mini; 0.07 0.07 . .: baichuan/baichuan-m2-32b; 0.28 1.1 . .:
baidu/ERNIE-4.5-300B-A47B baidu/ernie-4.5-300b-a47b-paddle; 1.32 3.96 . 0.042: baidu/deepseek-v4-pro; 0.3 1.2 . 0.006:
baidu/deepseek-v4.1-flash; 0.07 0.28 . .: baidu/ernie-4.5-21B-a3b baidu/ernie-4.5-21B-a3b-thinking ernie-4.5-21b-a3b-thinking;
0.14 0.56 . .: baidu/ernie-4.5-vl-28b-a3b; 0.39 0.39 . .: baidu/ernie-4.5-vl-28b-a3b-thinking; 0.42 1.25 . .:
baidu/ernie-4.5-vl-424b-a47b ernie-4.5-vl-424b-a47b; 0.84 3.37 . .: baidu/ernie-5.0-thinking-preview; 1 3.2 . 0.2: baidu/glm-5;
0.5 2.5 0.27 0.06: bailian/qwen3-coder-flash; 1.8 9 1 0.2: bailian/qwen3-coder-plus; 0.36 1.43 . 0.072: bailian/qwen3-max; 0.29
2.29 . 0.29: bailian/qwen3.5-122b-a10b; 0.29 2.05 . 0.29: bailian/qwen3.5-27b; 0.29 1.83 . 0.29: bailian/qwen3.5-35b-a3b; 0.55
3.5 . 0.55: bailian/qwen3.5-397b-a17b; 0.4 2.4 0.4 .: bailian/qwen3.5-plus; 0.25 1.5 0.31 .: bailian/qwen3.6-flash; 2.15 12.86
1.17 0.2: bailian/qwen3.6-max-preview; 0.5 3 . .: bailian/qwen3.6-plus bytedance/dola-seed-2.0-code-preview
bytedance/dola-seed-2.0-pro databricks-gemini-3-flash gemini-3-flash-preview google-ai-studio/gemini-3-flash-preview
google-vertex/gemini-3-flash-preview google/gemini-3-flash-preview google/gemini-3-flash-preview-thinking; 0.4 1.8 . 0.2:
baseten/Kimi-K2-Instruct-FP4; 0.02 0 . .: bge-m3 e5-large-v2; 0.1 0 . .: bge-multilingual-gemma2 cohere-embed-v3-english
cohere-embed-v3-multilingual; 0.08 0 . .: bge_multilingual_gemma2; 0.25 2 . . @128000 0.5 4 . .: bytedance-seed/seed-1.6
bytedance-seed/seed-2.0-lite; 0.075 0.3 . . @128000 0.1 0.8 . .: bytedance-seed/seed-1.6-flash; 0.5 2.5 . 0.25:
bytedance-seed/seed-2-1-turbo bytedance/doubao-seed-2.1-turbo; 0.5 3 . . @128000 1 6 . .: bytedance-seed/seed-2.0-code; 0.1 0.4
. . @128000 0.2 0.8 . .: bytedance-seed/seed-2.0-mini; 0.28 0.42 . 0.056: bytedance/deepseek-v3.2; 0.4 2.4 . .:
bytedance/dola-seed-2.0-code google/gemini-3-flash; 1 5 . 0.5: bytedance/doubao-seed-2.1-pro; 0.6 2.2 . 0.11: bytedance/glm-4.7
embercloud/glm-4.5; 0.1 0.5 . 0.02: bytedance/gpt-oss-120b; 0.25 2 . 0.05: bytedance/seed-1-6-250615 bytedance/seed-1-6-250915
bytedance/seed-1-8-251228 bytedance/seed-1.6 bytedance/seed-1.8; 0.07 0.3 . 0.015: bytedance/seed-1-6-flash-250715; 0.5 2.5 .
0.1: bytedance/seed-2.1-turbo; 0.1 0.2 . 0.1: bytedance/ui-tars-1.5-7b; 0.064 0.256 0.064 0.016: ca.amazon.nova-lite-v1:0; 0.14
0.28 . 0.03: canopywave/deepseek-v4-flash; 1.74 3.48 . 0.01: canopywave/deepseek-v4-pro; 2 6 . 1: celeris-1; 0.99 1.49 . .:
cerebras/gemma-4-31b-it; 2.25 2.75 . .: cerebras/glm-4.7; 0.35 0.75 . 0.35: cerebras/gpt-oss-120b; 0.1 0.1 . .:
cerebras/llama-3.1-8b-cs glm-4-32b-0414-128k; 0.85 1.2 . .: cerebras/llama-3.3-70b-instruct; 0.6 1.2 . .:
cerebras/qwen3-235b-a22b-instruct-2507; 5 20 . 2.5: chatgpt-4o-latest; 0.658 1.11 . .: clarifai/main/models/mm-poly-8b; 2.989
14.945 4.078 0.326: claude-4-5-sonnet; 3.196 15.94 3.999 0.32: claude-4-6-sonnet; 5.313 26.568 6.645 0.531: claude-opus4-5;
5.313 26.561 6.645 0.531: claude-opus4-6; 5.437 27.186 6.797 0.544: claude-opus4-7 claude-opus4-8; 0.14 0.28 . 0.0028:
cline-pass/deepseek-v4-flash cline-pass/mimo-v2.5 deepseek-ai/deepseek-v4-flash deepseek/deepseek-v4-flash:thinking; 1.74 3.48 .
0.0145: cline-pass/deepseek-v4-pro cline-pass/mimo-v2.5-pro; 0.15 0.6 . 0.003: cline-pass/deepseek-v4.1-flash deepseek-v4-flash;
0.4 1.6 . . @256000 1.2 4.8 1.5 0.12: cline-pass/qwen3.7-plus; 0.3 0.9 . .: codestral-2501 glm-4.6v; 0.368 1.103 . 0.037:
codestral-2508; 0.06 0.22 . 0.013: coding-glm-5.1; 0.2 0.2 . .: coding-minimax-m2.7 coding-minimax-m2.7-highspeed; 0.08 0.4 .
0.016 @256000 0.16 0.8 . 0.032: coding-xiaomi-mimo-v2.5; 0.2 0.6 . 0.04 @256000 0.4 1.2 . 0.08: coding-xiaomi-mimo-v2.5-pro; 0.2
0.9 . .: cognitivecomputations/dolphin-mistral-24b-venice-edition; 0.12 0 . .: cohere-embed-v-4-0; 2.5 10 . .:
cohere/command-a-03-2025 command-a-03-2025 command-a-plus-05-2026 command-a-reasoning-08-2025 command-a-translate-08-2025
command-a-vision-07-2025 command-r-plus-08-2024; 2.856 14.246 . 1.428: cohere/command-r-plus-08-2024; 0.0375 0.15 . .:
cohere/command-r7b-12-2024 command-r7b-12-2024 command-r7b-arabic-02-2025; 0.08 0.35 . 0.05: consensusprotocol/Qwen3.8-27B; 0.05
0.1 . 0.01: consensusprotocol/deepseek-v4-flash; 0.2 0.6 . 0.005: consensusprotocol/deepseek-v4.1-flash; 0.1 0.25 . .:
consensusprotocol/gemma-4-31b-it; 0.1 0.25 . 0.02: consensusprotocol/glm-5.3-flash; 0.04 0.19 . 0.01:
consensusprotocol/gpt-oss-20b gpt-oss-20b; 0.53 0.76 . .: cortecs/Llama-3.3-70B-Instruct-FP8-Dynamic; 0.3 2.5 . .:
databricks-gemini-2-5-flash gemini-2.5-flash google-ai-studio/gemini-2.5-flash google-vertex/gemini-2.5-flash; 1.25 10 . .
@200000 2.5 15 . 0.25: databricks-gemini-2-5-pro gemini-2.5-pro google-ai-studio/gemini-2.5-pro google-vertex/gemini-2.5-pro;
0.25 1.5 . .: databricks-gemini-3-1-flash-lite gemini-3.1-flash-lite; 2 12 . . @200000 4 18 . 0.4: databricks-gemini-3-1-pro
databricks-gemini-3-pro gemini-3-1-pro gemini-3-pro gemini-3.1-pro-preview google-ai-studio/gemini-3.1-pro-preview
google-vertex/gemini-3.1-pro-preview google/gemini-3-pro-preview; 2.5 15 . . @272000 5 22.5 . 0.5: databricks-gpt-5-4
databricks-gpt-5-6-terra; 5 30 . . @272000 10 45 . 1: databricks-gpt-5-5 databricks-gpt-5-6-sol; 1 6 . . @272000 2 9 . 0.2:
databricks-gpt-5-6-luna; 0.072 0.28 . .: databricks-gpt-oss-120b; 0.05 0.2 . .: databricks-gpt-oss-20b; 0.14 0.28 0.14 0.028:
databricks/databricks-deepseek-v4-flash-0731; 1.31999 3.95997 1.31999 0.13202: databricks/databricks-deepseek-v4-pro-0813;
0.15001 0.59997 0.15001 .: databricks/databricks-gpt-oss-120b databricks/databricks-gpt-oss-120b@eu; 0.07 0.30002 0.07 .:
databricks/databricks-gpt-oss-20b databricks/databricks-gpt-oss-20b@eu; 0.154 0.308 . 0.0308: deep-deepseek-v4-flash; 0.478
0.956 . 0.004302: deep-deepseek-v4-pro; 1.8 1.8 . 0.9: deepcogito/cogito-v1-preview-qwen-32B; 1.25 1.25 . .:
deepcogito/cogito-v2-1-671b; 0.1 0.4 . 0.02: deepinfra/ByteDance/Seed-2.0-mini; 0.7 2.4 . .: deepinfra/deepseek-ai/DeepSeek-R1;
0.32 0.89 . .: deepinfra/deepseek-ai/DeepSeek-V3; 0.24 0.9 . 0.135: deepinfra/deepseek-ai/DeepSeek-V3-0324; 0.06 0.18 . 0.015:
deepinfra/deepseek-ai/DeepSeek-V4-Flash-0731; 1.3 2.6 . 0.1: deepinfra/deepseek-ai/DeepSeek-V4-Pro-0813
deepinfra/deepseek-v4-pro deepseek-ai/DeepSeek-V4-Pro-0813; 0.2 0.6 . 0.006: deepinfra/deepseek-ai/DeepSeek-V4.1-Flash
deepinfra/deepseek-v4.1-flash; 0.26 0.38 . 0.13: deepinfra/deepseek-v3.2 deepseek-ai/DeepSeek-V3.2; 0.08 0.18 . 0.016:
deepinfra/deepseek-v4-flash; 0.07 0.34 . .: deepinfra/gemma-4-26b-a4b-it; 0.13 0.38 . .: deepinfra/gemma-4-31b-it; 1.05 3.5 .
0.205: deepinfra/glm-5.1; 0.08 0.16 . .: deepinfra/google/gemma-3-27b-it; 0.05 0.1 . .: deepinfra/google/gemma-3-4b-it
gemma-3-12b-it google/gemma-3-4b-it; 0.14 0.58 . 0.035: deepinfra/hy3 deepinfra/tencent/Hy3; 0.06 0.18 . 0.012:
deepinfra/ling-3.0-flash inclusionai/ling-3.0-flash inclusionai/ling-3.0-flash-fin inclusionai/ling-3.0-flash-vl; 0.345 0.345 .
.: deepinfra/meta-llama/Llama-3.2-11B-Vision-Instruct; 0.1 0.32 . .: deepinfra/meta-llama/Llama-3.3-70B-Instruct; 0.055 0.055 .
.: deepinfra/meta-llama/Llama-Guard-3-8B; 0.3 1.2 . 0.04: deepinfra/meta-models/Muse-Glimmer-30B; 0.4 2 . 0.08 @256000 0.8 4 .
0.16: deepinfra/mimo-v2.5; 1 3 . 0.2 @256000 2 6 . 0.4: deepinfra/mimo-v2.5-pro; 0.5 2.2 . 0.1: deepinfra/nemotron-3-ultra-550b
deepinfra/nemotron-3-ultra-550b-a55b; 0.6 0.6 . .: deepinfra/nvidia/Llama-3.1-Nemotron-70B-Instruct; 0.05 0.2 . 0.025:
deepinfra/nvidia/Nemotron-3-Nano-30B-A3B; 0.037 0.17 . .: deepinfra/openai/gpt-oss-120b flexai/gpt-oss-120b; 0.03 0.14 . .:
deepinfra/openai/gpt-oss-20b deepseek-ai/deepseek-r1-distill-llama-70b; 0.1 0.15 . .: deepinfra/qwen3.5-9b; 0.09 0.3 . 0.02:
deepinfra/stepfun-ai/Step-3.5-Flash; 0.2 1.15 . 0.04: deepinfra/stepfun-ai/Step-3.7-Flash; 0.06 0.4 . 0.01:
deepinfra/zai-org/GLM-4.7-Flash embercloud/glm-4.7-flash; 0.25 0.8 . 0.075: deepseek-3.2; 0.0679 0.168 . 0.0168:
deepseek-4-flash; 3 7 . .: deepseek-ai/DeepSeek-R1; 2 8.75 4 1: deepseek-ai/DeepSeek-R1-0528; 0.27 1.12 0.27 0.135:
deepseek-ai/DeepSeek-V3; 0.5 1.5 . 0.25: deepseek-ai/DeepSeek-V3-0324; 0.56 1.68 0.56 0.56: deepseek-ai/DeepSeek-V3.1; 0.25 0.7
. 0.125: deepseek-ai/DeepSeek-V3.1-Terminus deepseek-ai/DeepSeek-V3.1-Terminus:thinking; 0.2 0.7 . 0.1:
deepseek-ai/DeepSeek-V3.1:thinking; 1 1 . .: deepseek-ai/DeepSeek-V3.2-TEE; 0.13 0.28 0 0.03:
deepseek-ai/DeepSeek-V4-Flash-0731; 0.44 1.32 . .: deepseek-ai/DeepSeek-V4-Flash-0731-TEE; 0.6 1.7 . .:
deepseek-ai/deepseek-v3.1-maas; 0.28 0.42 . 0.14: deepseek-ai/deepseek-v3.2-exp deepseek-ai/deepseek-v3.2-exp-thinking
deepseek/deepseek-v3.2:thinking; 0.56 1.68 . .: deepseek-ai/deepseek-v3.2-maas; 0.435 0.87 . 0.003625:
deepseek-ai/deepseek-v4-pro deepseek-v4-pro; 0.8897 1.4675 . 0.0924: deepseek-ocr-2; 1.35 5.4 . .: deepseek-r1; 0.56 1.68 .
0.07: deepseek-v3; 0.66 1.98 . 0.022: deepseek-v4-pro:0813; 0.155 0.62 . 0.0031: deepseek-v4.1-flash; 0.6 2.4 . .:
deepseek-v4.1-flash:fast; 0.27 1 . 0.135: deepseek/deepseek-chat-v3.1 deepseek/deepseek-v3.1 deepseek/deepseek-v3.1-terminus;
0.03 0.03 . .: deepseek/deepseek-ocr-2; 0.7 2.5 . .: deepseek/deepseek-prover-v2-671b deepseek/deepseek-r1
deepseek/deepseek-r1-turbo; 0.66 2.6 . 0.165: deepseek/deepseek-r1-0528; 0.06 0.09 . .: deepseek/deepseek-r1-0528-qwen3-8b; 0.8
0.8 . .: deepseek/deepseek-r1-distill-llama-70b; 0.15 0.15 . .: deepseek/deepseek-r1-distill-qwen-14b
essentialai/Rnj-1-Instruct; 0.58 1.68 . .: deepseek/deepseek-v3; 0.27 1.12 . 0.135: deepseek/deepseek-v3-0324; 0.4 1.3 . .:
deepseek/deepseek-v3-turbo; 0.3 0.5 . 0.075: deepseek/deepseek-v3.2 grok-3-mini; 0.27 0.41 . .: deepseek/deepseek-v3.2-exp; 0.62
1.85 . .: deepseek/deepseek-v3.2-thinking; 0.14 0.28 0 0.028: deepseek/deepseek-v4-flash; 0.19 0.51 . 0.028:
deepseek/deepseek-v4-flash-0423; 0.08 0.18 0 0.016: deepseek/deepseek-v4-flash-0731; 0.28 0.56 . 0.07:
deepseek/deepseek-v4-flash-0731-fast; 0.05 0.16 . 0.013: deepseek/deepseek-v4-flash-0731:thinking; 0.27 1.08 0.27 0.0054:
deepseek/deepseek-v4-flash-vision-exp deepseek/deepseek-v4.1-flash; 1.215 3.645 1.215 0.0405: deepseek/deepseek-v4-pro; 1.32
3.96 . 0.15: deepseek/deepseek-v4-pro-0423; 1.1 2.5 . 0.04: deepseek/deepseek-v4-pro-0813:thinking; 1.1 2.2 . .:
deepseek/deepseek-v4-pro:thinking; 0.13 0.52 . 0.006: deepseek/deepseek-v4.1-flash:thinking; 0.4 2 0.4 0.4: devstral-2; 0.57
2.736 . .: devstral-2-123b-instruct-2512; 0.4 2 . .: devstral-2512 devstral-medium-2507; 0.1 0.3 0.1 0.1: devstral-small-2;
0.799 1.445 . 0.3995: doubao-1.5-pro-256k; 0.1343 0.3349 . 0.06715: doubao-1.5-pro-32k; 0.459 1.377 . 0.2295:
doubao-1.5-vision-pro-32k; 0.204 0.51 . 0.102: doubao-seed-1-6-250615; 0.11875 1.18747 . 0.02375 @32000 0.17812 2.37494 . .:
doubao-seed-1-6-251015 doubao-seed-1-6-vision-250815 doubao-seed-1-8-251228; 0.0374 0.374 . 0.0187:
doubao-seed-1-6-flash-250615; 0.02227 0.22265 . 0.00445 @32000 0.04453 0.4453 . .: doubao-seed-1-6-flash-250828; 0.121 1.21 . .:
doubao-seed-1-6-thinking-250715; 0.114 0.286 . .: doubao-seed-1-8-251215; 0.48 2.41 . 0.09644 @32000 0.72 3.62 . 0.144656:
doubao-seed-2-0-code-preview doubao-seed-2-0-pro; 0.47499 2.37494 . 0.095 @32000 0.71248 3.56241 . 0.1425:
doubao-seed-2-0-code-preview-260215 doubao-seed-2-0-pro-260215; 0.1462 0.8738 . 0.0731: doubao-seed-2-0-lite-260215; 0.08 0.51 .
0.01692 @32000 0.13 0.76 . 0.02536: doubao-seed-2-0-lite-260428; 0.0493 0.4845 . 0.02465: doubao-seed-2-0-mini-260215; 0.03 0.28
. 0.00564 @32000 0.06 0.56 . 0.01128: doubao-seed-2-0-mini-260428; 0.8906 4.45301 . 0.17812: doubao-seed-2-1-pro-260628; 0.4453
2.22651 . 0.08906: doubao-seed-2-1-turbo-260628; 0.11875 0.29687 . 0.02375 @32000 0.17812 0.8906 . .:
doubao-seed-character-260628; 0.13 0.85 . 0.025: embercloud/glm-4.5-air; 0.38 1.98 . 0.19: embercloud/glm-4.7; 0.72 2.3 . 0.144:
embercloud/glm-5; 0.931 2.93 . 0.173: embercloud/glm-5.1; 1.26 3.96 . 0.234: embercloud/glm-5.2; 0.405 1.98 . 0.225:
embercloud/kimi-k2.5; 0.108 0.675 . 0.06: embercloud/qwen3-coder-next; 0.14 0.28 . .: empiriolabs/deepseek-v4-flash-el; 1.67
3.33 . .: empiriolabs/deepseek-v4-pro-el; 1 3.5 . 0.5: ernie-5.0-thinking-preview; 0.75 3 . 0.75: ernie-5.1 ernie-5.1:thinking;
0.15 0.6 . 0.075: ernie-x1.1-preview groq/gpt-oss-120b groq/openai/gpt-oss-120b; 0.374 3.157 0.374 0.0935:
eu.amazon.nova-2-lite-v1:0; 0.069 0.276 0.069 0.01725: eu.amazon.nova-lite-v1:0; 0.04 0.16 0.04 0.01: eu.amazon.nova-micro-v1:0;
0.92 3.68 0.92 0.23: eu.amazon.nova-pro-v1:0; 11 55 . .: eu.anthropic.claude-fable-5; 0.07 0.3 . 0.035: fireworks/gpt-oss-20b
gpt-oss:20b; 0.15 0.6 . 0.014: fireworks_ai/gpt-oss-120b gpt-oss:120b; 0.065 0.18 . .: flexai/DeepSeek-V4-Flash-0731; 0.3 1.1 .
.: flexai/Muse-Glimmer-30B; 0.2 1.15 . .: flexai/Step-3.7-Flash; 0.03 0.13 . .: flexai/gpt-oss-20b; 1.989 7.956 . 0.49725:
gemini-2.0-pro-exp-02-05; 1.292 4.998 . 0.323: gemini-2.0-pro-reasoner; 1.25 10 . . @200000 2.5 15 . .:
gemini-2.5-computer-use-preview-10-2025; 0.5 3 0.083333 .: gemini-3-flash; 2 12 . .: gemini-3-pro-preview google/gemini-3.1-pro;
1.5 9 . .: gemini-3.5-flash; 0.75 3.75 . .: gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash; 0.15 0 . .: gemini-embedding-001
google/gemini-embedding-001; 0.2 0 . .: gemini-embedding-2; 1.258 4.998 . 0.629: gemini-exp-1206; 0.3 2.5 0.3 .:
gemini/gemini-2.5-flash gemini/gemini-3.5-flash-lite; 0.1 0.4 0.1 .: gemini/gemini-2.5-flash-lite; 1.25 10 1.25 . @200000 2.5 15
2.5 0.25: gemini/gemini-2.5-pro; 0.5 3 0.5 .: gemini/gemini-3-flash-preview; 2 12 2 . @200000 4 18 4 0.4:
gemini/gemini-3.1-pro-preview; 1.5 9 1.5 .: gemini/gemini-3.5-flash; 0.75 3.75 0.75 .: gemini/gemini-3.6-flash
gemini/gemini-3.7-flash gemini/gemini-3.8-flash; 0.15 0.5 . .: gemma-3-12b; 0.099 0.299 . .: gemma-3-27b-it; 2 5 . 0.5: gemma-4;
0.05 0.25 . 0.025: gemma-4-12b-it gemma-4-12b-it-semancer gemma-4-12b-it-station-keeper; 0.05 0.29 . 0.025: gemma-4-26b-a4b;
0.098 0.334 . 0.049: gemma-4-26b-a4b-it; 0.144 0.42 . .: gemma-4-31b; 0.1 0.3 . 0.02: gemma-4-31b-it inclusionai/ling-2.6-flash;
0.1625 0.5 . .: gemma-4-uncensored; 0.01 0.03 . .: gemma2-9b-it; 0.57 1.71 . .: gemma4; 0.1 0.5 . .: gemma4-26b; 0.46 2.42 . .:
gemma4-31b; 0.14 0.4 . 0.05: gemma4:31b; 0.1394 0.1394 . 0.0697: glm-4-air-0111; 9.996 9.996 . 4.998: glm-4-plus-0111; 0.3 0.3 .
0.15: glm-4.1v-thinking-flash glm-4.1v-thinking-flashx; 0.6 2.2 0 0.11: glm-4.5 glm-4.6 glm-4.7; 0.6 1.8 . .: glm-4.5v; 1 3.2 0
0.2: glm-5; 1.2 4 0 0.24: glm-5v-turbo; 2.31 6 . .: glm5.2; 3 10.25 0 0.5: glm5.2-fast; 1 3.5 . 0.25: glm5.3-754b; 0.3 2.5 0.3
0.075: global.amazon.nova-2-lite-v1:0; 0.2 1.2 . . @272000 0.4 1.8 0.5 0.04: global.openai.gpt-5.6-luna; 4 20 . . @272000 8 30
10 0.8: global.openai.gpt-5.6-sol; 2 12 . . @272000 4 18 5 0.4: global.openai.gpt-5.6-terra; 10 50 . . @272000 20 75 25 2:
global.openai.gpt-6-astra; 0.051 0.104 . 0.0097: gonka24/deepseek-v4-flash; 0.08 0.32 . 0.017: gonka24/minimax-m2.7; 0.25 1.5
0.08333 .: google-ai-studio/gemini-3.1-flash-lite google-vertex/gemini-3.1-flash-lite; 1.5 9 0.08333 .:
google-ai-studio/gemini-3.5-flash google-vertex/gemini-3.5-flash; 0.3 2.5 0.08333 .: google-ai-studio/gemini-3.5-flash-lite
google-vertex/gemini-3.5-flash-lite; 0.75 3.75 0.08333 .: google-ai-studio/gemini-3.6-flash google-ai-studio/gemini-3.7-flash
google-ai-studio/gemini-3.8-flash google-vertex/gemini-3.6-flash google-vertex/gemini-3.7-flash google-vertex/gemini-3.8-flash;
0.13 0.4 . 0.05: google-gemma-4-26b-a4b-it; 0.12 0.36 . 0.09: google-gemma-4-31b-it; 0.13 0.4 . .: google.gemma-4-26b-a4b; 0.14
0.4 . .: google.gemma-4-31b; 0.5 0.5 0.5 0.5: google/diffusiongemma-26B-A4B-it google/gemma-4-31B-it; 0.1 0.42 . .:
google/gemini-2.0-flash; 0.052 0.21 . .: google/gemini-2.0-flash-lite; 0.3 2.5 0.083333 .: google/gemini-2.5-flash
google/gemini-3.5-flash-lite; 0.1 0.4 0.083333 .: google/gemini-2.5-flash-lite; 1.25 10 0.375 . @200000 2.5 15 . 0.25:
google/gemini-2.5-pro google/gemini-2.5-pro-preview; 1.6 9.6 . .: google/gemini-3-pro; 0.25 1.5 0.083333 .:
google/gemini-3.1-flash-lite google/gemini-3.1-flash-lite-preview; 2 12 0.375 . @200000 4 18 . 0.4:
google/gemini-3.1-pro-preview google/gemini-3.1-pro-preview-customtools; 2 12 0.375 .: google/gemini-3.1-pro-preview-high
google/gemini-3.1-pro-preview-low; 1.5 9 0.083333 .: google/gemini-3.5-flash google/gemini-3.5-flash-thinking; 0.75 3.75
0.041667 .: google/gemini-3.6-flash google/gemini-3.7-flash google/gemini-3.8-flash; 0.65 0.65 . .: google/gemma-2-27b-it; 0.15
0.3 . .: google/gemma-3; 0.06 0.12 . .: google/gemma-3n-E4B-it; 0.25 0.25 0.25 0.25: google/gemma-4-12B-it; 0.1056 0.3344 .
0.0528: google/gemma-4-26b-a4b-it-cybersecurity; 0.13 0.4 . 0.065: google/gemma-4-26b-a4b-it:thinking; 0.12 0.37 . .:
google/gemma-4-31B-turbo-TEE; 0.1 0.35 . 0.05: google/gemma-4-31b-it:thinking; 0.1 0.3 . 0.05: google/gemma4-31b-splituntied;
0.5 1.5 . 0: gpt-3.5-turbo; 10 50 . . @272000 20 75 25 2 *2: gpt-6-astra; 0.12 0.6 . 0: gpt-oss-120b; 0.179 0.697 . .:
gpt-oss-safeguard-120b; 0.07 0.15 . 0.01: greg-1-mini; 1.5 5 . 0.25: greg-2-super; 3 10 . 0.5: greg-2-ultra; 3 15 . 0.75: grok-3
grok-4; 1.42 2.83 . 0.23 @200000 2.83 5.67 . 0.45: grok-4-20 grok-4-20-multi-agent; 2 6 . . @200000 2.5 5 . 0.4:
grok-4-20-beta-0309-non-reasoning grok-4-20-beta-0309-reasoning; 0.2 0.5 . 0.05: grok-4-fast-non-reasoning
grok-4-fast-reasoning; 2 6 2 . @200000 4 12 4 0.4: grok-4.2-beta; 2 6 . 0.3 @200000 4 12 . 0.6: grok-4.5; 2 6 . 0.5 @200000 4 12
. 1: grok-4.6; 1 2 . 0.2 @200000 2 4 . 0.4: grok-build-0.1; 0.075 0.3 . 0.0375: groq/gpt-oss-20b groq/openai/gpt-oss-20b
groq/openai/gpt-oss-safeguard-20b; 0.09 0 . .: gte-large-en-v1.5; 0.14 0.14 . .: hermes-2-pro-llama-3-8b; 1.1 3 . .:
hermes-3-llama-3.1-405b; 0.996 2.989 . .: hermes-4-405b; 0.6 1.2 . 0.6: hf:MiniMaxAI/MiniMax-M3; 0.45 3.6 . 0.45:
hf:Qwen/Qwen3.6-27B; 0.6 1.2 . 0.03: hf:deepseek-ai/DeepSeek-V4.1-Flash; 0.95 4 . 0.95: hf:moonshotai/Kimi-K2.7-Code; 3 15 .
0.45: hf:moonshotai/Kimi-K3; 0.3 1 . 0.3: hf:nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4; 0.1 0.1 . 0.1:
hf:openai/gpt-oss-120b; 0.1 0.5 . 0.1: hf:zai-org/GLM-4.7-Flash; 1.4 4.4 . 1.4: hf:zai-org/GLM-5.2; 0.15 0.5 . 0.04:
hf:zai-org/GLM-5.3-Flash; 0.399 0.969 . .: holo2-30b-a3b; 0.25 1.8 . 0.125: holo3-35b-a3b holo3-35b-a3b:thinking; 1.4 1.4 . 0.7:
huihui-ai/DeepSeek-R1-Distill-Qwen-32B-abliterated; 0.074 0.295 . .: hy-mt2-plus; 0.132 0.528 . 0.033: hy3; 0.834 2.501 . 0.042:
hy4-preview; 0.06 0.25 . 0.015: ibm-granite/granite-4.2-8b; 0.0636 0.265 . .: ibm/granite-4-h-small; 0.22 1.32 . . @272000 0.44
1.98 0.55 0.044: in.openai.gpt-5.6-luna; 2.2 13.2 . . @272000 4.4 19.8 5.5 0.44: in.openai.gpt-5.6-terra; 0.25 0.75 . .:
inception/mercury-2; 0.2 0.75 . .: inception/mercury-2.5; 0.04 0.15 . .: inception/mercury-2.5-preview; 0.14 0.57 . .:
inclusionAI/Ling-flash-2.0; 0.56 2.24 . 0.11: inclusionai/ling-1t inclusionai/ring-1t; 0.3 2.5 . 0.06: inclusionai/ling-2.6-1t
inclusionai/ring-2.6-1t; 0.075 0.22 . 0.015: inclusionai/ling-3.0-flash:thinking; 2.5 12.5 . .: infer/gpt-5.6-sol:official; 12.5
62.5 . .: infer/gpt-6-astra:official; 0.05 0.23 . 0.05: inference-net/schematron-v2-small; 0.03 0.15 . 0.03:
inference-net/schematron-v2-turbo; 0.07 0.33 . .: inference.net/llama-3.2-11b-instruct; 0.3438 0.4584 . .:
infomaniak/mistralai/Ministral-3-14B-Instruct-2512; 0.02 0.02 . .: intfloat/e5-mistral-7b-instruct; 0.114 0.114 . .:
intfloat/multilingual-e5-large-instruct; 0.7449 0.7449 . .: ionos/meta-llama/Llama-3.3-70B-Instruct; 0.1719 0.7449 . .:
ionos/openai/gpt-oss-120b; 0.042 0 . .: jev-1.13; 0.396 3.311 0.396 0.099: jp.amazon.nova-2-lite-v1:0;
"""
